package org.vhostdp.driver.mdev.nic;

/** Which layout of rings the operator wants, where a NIC has several. */
public enum RingLayout {
  /** Packed where the device offers it. */
  AUTO,
  /** Descriptor table, available ring and used ring. */
  SPLIT,
  /** One ring of descriptors that both sides write. */
  PACKED
}
