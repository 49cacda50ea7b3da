/**
 * Which queue of the guest a received frame goes to, whatever the driver does: receive-side scaling
 * as the guest sets it, rules and policies of the operator, and queues that follow what the guest
 * sends. Any number of driver queues to any number of guest queues, on one IO thread.
 */
package org.vhostdp.dataplane.steering;
