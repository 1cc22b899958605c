"""Guest frames: the resident frame, its registers, its request sites."""
