"""What a program can show on the page beside text: tables, stacks and graphs.

Each is data, which the page draws itself: no markup of a program reaches the page. Each has a text form, too, which is
what is shown where there is no page, what a screen reader reads, and what an exported notebook keeps.
"""

from bytescope_page.pictures import Graph, Picture, Stack, Table, Walk, show

__all__ = ["Graph", "Picture", "Stack", "Table", "Walk", "show"]
