/**
 * Network devices with the register model of virtio over PCI, from the driver's side, by the
 * Virtual I/O Device specification, version 1.2: sections 2.7 and 2.8 (rings), 4.1 (PCI), 5.1
 * (network device). A device is not trusted: what it writes is checked before it is used.
 */
package org.vhostdp.driver.mdev.virtio;
