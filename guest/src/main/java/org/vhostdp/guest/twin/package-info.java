/**
 * The guest's side of virtio-net over vhost-user, in Java: what a kernel's driver and a VMM's
 * front-end do together. It shares no code with the dataplane it talks to; both read the
 * specifications on their own (virtio 1.3; QEMU docs/interop/vhost-user.rst), so that each finds
 * the other's mistakes.
 *
 * <ul>
 *   <li>{@link org.vhostdp.guest.twin.TwinMemory}: guest physical memory in memfd regions.
 *   <li>{@link org.vhostdp.guest.twin.DriverRing}: driver side of a split or packed ring, with the
 *       ring's memory open to hostile tests.
 *   <li>{@link org.vhostdp.guest.twin.VhostUserClient}: a front-end's messages, one method each.
 *   <li>{@link org.vhostdp.guest.twin.TwinDevice}: start, stop and reattachment in the order of a
 *       known front-end; {@link org.vhostdp.guest.twin.TwinNet} is the driver on it, {@link
 *       org.vhostdp.guest.twin.NetQueue} one queue pair.
 *   <li>{@link org.vhostdp.guest.twin.Packets} and {@link org.vhostdp.guest.twin.Frame}: frames
 *       written and read.
 *   <li>{@link org.vhostdp.guest.twin.BuiltinGuest}: a small IP host on top of it all.
 * </ul>
 *
 * <p>Life cycle: connect, negotiate, fill the receive rings, start, exchange frames, stop. A device
 * that breaks the rules towards its driver is answered with a {@link
 * org.vhostdp.guest.twin.DeviceViolation}; a back-end that refuses a message, with a {@link
 * org.vhostdp.guest.twin.VhostUserRefused}.
 */
package org.vhostdp.guest.twin;
