/**
 * Virtqueues, device side (virtio 1.3 sections 2.7 and 2.8).
 *
 * <p>{@link org.vhostdp.dataplane.ring.DeviceRing#collect} reads available chains into {@link
 * org.vhostdp.dataplane.ring.Chains} without consuming them; {@link
 * org.vhostdp.dataplane.ring.DeviceRing#complete} marks the first of them used; {@link
 * org.vhostdp.dataplane.ring.DeviceRing#flush} makes that visible. Because nothing stays in flight
 * between two turns, a ring can be stopped at any time and its base is one number.
 *
 * <p>Everything a guest wrote is untrusted: each field is read once into a local, each index is
 * checked, each walk is bounded. A malformed chain breaks the ring for good ({@link
 * org.vhostdp.dataplane.ring.DeviceRing#fault()}); nothing here throws at a guest's word.
 */
package org.vhostdp.dataplane.ring;
