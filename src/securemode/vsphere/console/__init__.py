"""The console of a virtual machine: keys go in as scan codes, text comes out as a picture."""
