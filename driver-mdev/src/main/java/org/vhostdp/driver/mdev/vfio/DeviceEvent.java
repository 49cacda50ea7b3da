package org.vhostdp.driver.mdev.vfio;

/** What happened to a device itself. */
public enum DeviceEvent {
  /** Nothing. */
  NONE,

  /** The device reported an uncorrectable error: reset it. */
  ERROR,

  /** The kernel wants it back (hot-unplug, unbind) and waits until it is closed. */
  REQUESTED,

  /** It does not answer any more: pulled out, or its link is down. */
  LOST
}
