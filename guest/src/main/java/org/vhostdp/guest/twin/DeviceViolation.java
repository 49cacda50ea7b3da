package org.vhostdp.guest.twin;

/**
 * The device broke a rule of the virtio specification towards its driver: it used a buffer it did
 * not have, wrote more than the buffer holds, or published half a packet. The message says which
 * rule, ring position and values.
 */
public final class DeviceViolation extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  DeviceViolation(String sentence) {
    super(sentence);
  }
}
