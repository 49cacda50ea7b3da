package org.vhostdp.dataplane.frontend.vhostuser;

/** Protocol feature bits, header flags and limits of vhost-user. */
final class Protocol {
  static final long MQ = 1L;
  static final long RARP = 1L << 2;
  static final long REPLY_ACK = 1L << 3;
  static final long NET_MTU = 1L << 4;
  static final long BACKEND_REQ = 1L << 5;
  static final long CONFIG = 1L << 9;
  static final long RESET_DEVICE = 1L << 13;
  static final long CONFIGURE_MEM_SLOTS = 1L << 15;
  static final long STATUS = 1L << 16;

  /** What is implemented here, and nothing else. */
  static final long OFFERED =
      MQ
          | RARP
          | REPLY_ACK
          | NET_MTU
          | BACKEND_REQ
          | CONFIG
          | RESET_DEVICE
          | CONFIGURE_MEM_SLOTS
          | STATUS;

  static final int HEADER = 12;
  static final int MAX_PAYLOAD = 4096;
  static final int VERSION_MASK = 3;
  static final int VERSION = 1;
  static final int REPLY = 1 << 2;
  static final int NEED_REPLY = 1 << 3;

  /** In the word of SET_VRING_KICK, CALL and ERR: no descriptor comes. */
  static final long NO_FD = 1L << 8;

  /** Message of the back-end: configuration space changed. */
  static final int BACKEND_CONFIG_CHANGE = 2;

  /** Regions a table may have with CONFIGURE_MEM_SLOTS. */
  static final int MAX_REGIONS = 509;

  private Protocol() {}
}
