package org.vhostdp.dataplane.frontend.vhostuser;

/**
 * Front-end messages, with the payload size and the descriptors each must have.
 *
 * <p>{@code size} is exact, or the least if {@code most} is greater; {@code fds} is the most that
 * may come, {@code fdsNeeded} whether exactly so many must.
 */
enum Request {
  GET_FEATURES(1, 0, 0),
  SET_FEATURES(2, 8, 0),
  SET_OWNER(3, 0, 0),
  RESET_OWNER(4, 0, 0),
  SET_MEM_TABLE(5, 8, 8, 8 + 8 * 32, false),
  SET_VRING_NUM(8, 8, 0),
  SET_VRING_ADDR(9, 40, 0),
  SET_VRING_BASE(10, 8, 0),
  GET_VRING_BASE(11, 8, 0),
  SET_VRING_KICK(12, 8, 1, 8, false),
  SET_VRING_CALL(13, 8, 1, 8, false),
  SET_VRING_ERR(14, 8, 1, 8, false),
  GET_PROTOCOL_FEATURES(15, 0, 0),
  SET_PROTOCOL_FEATURES(16, 8, 0),
  GET_QUEUE_NUM(17, 0, 0),
  SET_VRING_ENABLE(18, 8, 0),
  SEND_RARP(19, 8, 0),
  NET_SET_MTU(20, 8, 0),
  SET_BACKEND_REQ_FD(21, 0, 1, 8, true),
  GET_CONFIG(24, 12, 0, 12 + 256, false),
  SET_CONFIG(25, 12, 0, 12 + 256, false),
  RESET_DEVICE(34, 0, 0),
  GET_MAX_MEM_SLOTS(36, 0, 0),
  ADD_MEM_REG(37, 40, 1, 40, true),
  REM_MEM_REG(38, 40, 1, 40, false),
  SET_STATUS(39, 8, 0),
  GET_STATUS(40, 0, 0);

  final int number;
  final int size;
  final int fds;
  final int most;
  final boolean fdsNeeded;

  Request(int number, int size, int fds) {
    this(number, size, fds, size, true);
  }

  Request(int number, int size, int fds, int most, boolean fdsNeeded) {
    this.number = number;
    this.size = size;
    this.fds = fds;
    this.most = most;
    this.fdsNeeded = fdsNeeded;
  }

  /** The request of a number, or null. */
  static Request of(int number) {
    for (Request r : values()) {
      if (r.number == number) {
        return r;
      }
    }
    return null;
  }
}
