/**
 * Quality of service: token-bucket limits for each port, direction and queue, shares between
 * queues, and classes by DSCP or VLAN priority. {@link org.vhostdp.dataplane.qos.QosSpec} is what
 * an operator wrote, {@link org.vhostdp.dataplane.qos.PortLimits} what a port does about it.
 */
package org.vhostdp.dataplane.qos;
