/**
 * What drivers of network interfaces share: the network namespace a port works in, who holds an
 * interface, changes that happen as a whole, what the control thread tells the queues, and the
 * kernel's failures as sentences.
 */
package org.vhostdp.netdevice;
