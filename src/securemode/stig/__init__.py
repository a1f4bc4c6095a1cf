"""The STIG baselines of ESXi hosts and of virtual machines."""
