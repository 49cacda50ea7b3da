/**
 * The virtio network device: header codec, receive and transmit paths, control queue, configuration
 * space (virtio 1.3, section 5.1).
 *
 * <p>The two paths are the hot path. Read {@link org.vhostdp.dataplane.net.TransmitPath#poll()} and
 * {@link org.vhostdp.dataplane.net.ReceivePath#poll()} from top to bottom to see all of it.
 */
package org.vhostdp.dataplane.net;
