package org.vhostdp.guest.twin;

/** Request numbers of the vhost-user protocol (QEMU docs/interop/vhost-user.rst). */
public final class Request {
  public static final int GET_FEATURES = 1;
  public static final int SET_FEATURES = 2;
  public static final int SET_OWNER = 3;
  public static final int RESET_OWNER = 4;
  public static final int SET_MEM_TABLE = 5;
  public static final int SET_LOG_BASE = 6;
  public static final int SET_LOG_FD = 7;
  public static final int SET_VRING_NUM = 8;
  public static final int SET_VRING_ADDR = 9;
  public static final int SET_VRING_BASE = 10;
  public static final int GET_VRING_BASE = 11;
  public static final int SET_VRING_KICK = 12;
  public static final int SET_VRING_CALL = 13;
  public static final int SET_VRING_ERR = 14;
  public static final int GET_PROTOCOL_FEATURES = 15;
  public static final int SET_PROTOCOL_FEATURES = 16;
  public static final int GET_QUEUE_NUM = 17;
  public static final int SET_VRING_ENABLE = 18;
  public static final int SEND_RARP = 19;
  public static final int NET_SET_MTU = 20;
  public static final int SET_BACKEND_REQ_FD = 21;
  public static final int IOTLB_MSG = 22;
  public static final int GET_CONFIG = 24;
  public static final int SET_CONFIG = 25;
  public static final int GET_INFLIGHT_FD = 31;
  public static final int SET_INFLIGHT_FD = 32;
  public static final int RESET_DEVICE = 34;
  public static final int VRING_KICK = 35;
  public static final int GET_MAX_MEM_SLOTS = 36;
  public static final int ADD_MEM_REG = 37;
  public static final int REM_MEM_REG = 38;
  public static final int SET_STATUS = 39;
  public static final int GET_STATUS = 40;

  /** Header flag: the protocol version, always 1. */
  public static final int VERSION = 1;

  /** Header flag: this message is a reply. */
  public static final int REPLY = 4;

  /** Header flag: the sender wants a u64 answer, 0 for success. */
  public static final int NEED_REPLY = 8;

  /** In the payload of SET_VRING_KICK, CALL and ERR: no descriptor comes along. */
  public static final long NO_FD = 1L << 8;

  private Request() {}

  /** The name the specification gives a request, or its number. */
  public static String name(int request) {
    return switch (request) {
      case GET_FEATURES -> "GET_FEATURES";
      case SET_FEATURES -> "SET_FEATURES";
      case SET_OWNER -> "SET_OWNER";
      case RESET_OWNER -> "RESET_OWNER";
      case SET_MEM_TABLE -> "SET_MEM_TABLE";
      case SET_LOG_BASE -> "SET_LOG_BASE";
      case SET_LOG_FD -> "SET_LOG_FD";
      case SET_VRING_NUM -> "SET_VRING_NUM";
      case SET_VRING_ADDR -> "SET_VRING_ADDR";
      case SET_VRING_BASE -> "SET_VRING_BASE";
      case GET_VRING_BASE -> "GET_VRING_BASE";
      case SET_VRING_KICK -> "SET_VRING_KICK";
      case SET_VRING_CALL -> "SET_VRING_CALL";
      case SET_VRING_ERR -> "SET_VRING_ERR";
      case GET_PROTOCOL_FEATURES -> "GET_PROTOCOL_FEATURES";
      case SET_PROTOCOL_FEATURES -> "SET_PROTOCOL_FEATURES";
      case GET_QUEUE_NUM -> "GET_QUEUE_NUM";
      case SET_VRING_ENABLE -> "SET_VRING_ENABLE";
      case SEND_RARP -> "SEND_RARP";
      case NET_SET_MTU -> "NET_SET_MTU";
      case SET_BACKEND_REQ_FD -> "SET_BACKEND_REQ_FD";
      case IOTLB_MSG -> "IOTLB_MSG";
      case GET_CONFIG -> "GET_CONFIG";
      case SET_CONFIG -> "SET_CONFIG";
      case GET_INFLIGHT_FD -> "GET_INFLIGHT_FD";
      case SET_INFLIGHT_FD -> "SET_INFLIGHT_FD";
      case RESET_DEVICE -> "RESET_DEVICE";
      case VRING_KICK -> "VRING_KICK";
      case GET_MAX_MEM_SLOTS -> "GET_MAX_MEM_SLOTS";
      case ADD_MEM_REG -> "ADD_MEM_REG";
      case REM_MEM_REG -> "REM_MEM_REG";
      case SET_STATUS -> "SET_STATUS";
      case GET_STATUS -> "GET_STATUS";
      default -> "request " + request;
    };
  }
}
