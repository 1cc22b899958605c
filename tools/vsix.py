"""Pack editors/vscode into a file that VS Code installs: a zip file with a manifest beside the extension."""

import json
import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

from tools.bootstrap import ROOT

EXTENSION = ROOT / "editors" / "vscode"
BUILT = ROOT / "dist" / "bytescope-vscode.vsix"

_FILES = ("package.json", "extension.js", "README.md")
_TYPES = """\
<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="json" ContentType="application/json"/>
  <Default Extension="js" ContentType="application/javascript"/>
  <Default Extension="md" ContentType="text/markdown"/>
  <Default Extension="txt" ContentType="text/plain"/>
  <Default Extension="vsixmanifest" ContentType="text/xml"/>
</Types>
"""
_MANIFEST = """\
<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id={name} Version={version} Publisher={publisher}/>
    <DisplayName>{title}</DisplayName>
    <Description xml:space="preserve">{description}</Description>
    <Categories>Debuggers</Categories>
    <License>extension/LICENSE.txt</License>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value={engine}/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
  </Assets>
</PackageManifest>
"""


def build(target: Path = BUILT) -> Path:
    """Write the file; returns its path."""
    target.parent.mkdir(parents=True, exist_ok=True)
    package = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    manifest = _MANIFEST.format(
        **{key: quoteattr(package[key]) for key in ("name", "version", "publisher")},
        engine=quoteattr(package["engines"]["vscode"]),
        title=package["displayName"],
        description=package["description"],
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("extension.vsixmanifest", manifest)
        for name in _FILES:
            archive.write(EXTENSION / name, f"extension/{name}")
        archive.write(ROOT / "LICENSE", "extension/LICENSE.txt")
    return target
