package org.vhostdp.driver.afxdp.program;

/** How the sockets of an interface get its frames. Control threads. */
interface Attachment extends AutoCloseable {
  /** Where sockets are put, or null if somebody else does that. */
  XskMap map();

  /** Whether the program runs in the kernel's stack. */
  boolean skb();

  /** The mode and the way, in a few words. */
  String describe();

  /** Removes what this process attached, unless others use it as well. */
  @Override
  void close();

  /** What {@link #close} had to leave behind and why, as a sentence; empty if nothing. */
  default String remainder() {
    return "";
  }
}
