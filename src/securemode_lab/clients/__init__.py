"""What nodes ask of the site's services, each from its own place in the network."""
