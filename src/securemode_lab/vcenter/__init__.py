"""The site's vCenter: vim25 over HTTPS, with pyVmomi's own types and serialisers.

Nothing outside imports this package before it is needed, because pyVmomi takes its time.
"""
