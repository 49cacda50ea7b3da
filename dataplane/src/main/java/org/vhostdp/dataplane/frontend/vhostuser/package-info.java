/**
 * The vhost-user front-end: a socket, its messages, the session that carries them out (QEMU
 * docs/interop/vhost-user.rst).
 *
 * <p>A session is a loop on the port's control thread: read one message, check it, call the device,
 * answer. A message that makes no sense ends the session or is refused; it never harms another
 * port.
 */
package org.vhostdp.dataplane.frontend.vhostuser;
