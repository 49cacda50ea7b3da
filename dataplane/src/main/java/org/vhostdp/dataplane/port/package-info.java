/**
 * A port: one guest's NIC joined to one driver's port. The device's control state lives here; it
 * attaches rings to IO threads and follows what the front-end and the guest ask for.
 *
 * <p>Everything here belongs to the port's control thread, except what says otherwise.
 */
package org.vhostdp.dataplane.port;
