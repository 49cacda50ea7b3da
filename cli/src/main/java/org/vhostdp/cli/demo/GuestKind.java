package org.vhostdp.cli.demo;

/** Kinds of guests, as written in --guest. */
public enum GuestKind {
  /** User-mode Linux: a kernel that is an ordinary process. */
  uml("user-mode Linux"),
  /** QEMU with the distribution's kernel. */
  qemu("QEMU with the distribution's kernel"),
  /** The virtio driver written in Java. */
  builtin("the built-in driver, no kernel");

  private final String text;

  GuestKind(String text) {
    this.text = text;
  }

  /** For people. */
  public String text() {
    return text;
  }
}
