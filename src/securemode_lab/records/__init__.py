"""What the site's people keep: the log of the installation, statements of what no probe sees."""
