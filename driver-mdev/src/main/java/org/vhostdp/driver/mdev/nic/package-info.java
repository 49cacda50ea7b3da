/**
 * What every kind of NIC looks like to a port: a register model is one implementation of {@link
 * org.vhostdp.driver.mdev.nic.Nic}, and stands in a package of its own.
 */
package org.vhostdp.driver.mdev.nic;
