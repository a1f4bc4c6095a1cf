"""What is on the screen of each virtual machine, and what the keys of its keyboard do."""
