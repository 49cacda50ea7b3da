package org.vhostdp.spi;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an open port can do. Immutable; made by {@link #builder()}, so that new abilities do not
 * break old drivers.
 *
 * <p><b>CAP-2</b> What is declared works. <b>CAP-3</b> What is not declared is refused when used.
 */
public final class Capabilities {
  /** {@link TxQueue#transmit} takes entries in foreign memory. */
  public static final int FOREIGN_TX = 1;

  /** Foreign frames are the caller's again when transmit returns. */
  public static final int FOREIGN_TX_SYNCHRONOUS = 1 << 1;

  /** {@link RxQueue#receiveInto} works. */
  public static final int FOREIGN_RX = 1 << 2;

  /** {@link PortSettings#activeQueuePairs()} may be less than the queue pairs. */
  public static final int QUEUE_TOGGLE = 1 << 3;

  /**
   * What the settings do not allow in received frames is undone by the device and never dropped:
   * open checksums are completed, large frames segmented. Without this a host allows all receive
   * offloads of the port and undoes them itself.
   */
  public static final int UNDOES_RX = 1 << 4;

  /** Live setting: receive offloads. */
  public static final int LIVE_OFFLOADS = 1;

  /** Live setting: active queue pairs. */
  public static final int LIVE_QUEUES = 1 << 1;

  /** Live setting: MTU. */
  public static final int LIVE_MTU = 1 << 2;

  /** Live setting: MAC address. */
  public static final int LIVE_MAC = 1 << 3;

  private final Builder b;

  private Capabilities(Builder b) {
    this.b = b;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Most queue pairs. */
  public int maxQueuePairs() {
    return b.maxQueuePairs;
  }

  /** Offloads a transmitted frame may use: bits of {@link Offload}. */
  public int txOffloads() {
    return b.txOffloads;
  }

  /** Offloads a received frame may use if the settings allow it: bits of {@link Offload}. */
  public int rxOffloads() {
    return b.rxOffloads;
  }

  /** Least MTU, bytes of layer 3. */
  public int minMtu() {
    return b.minMtu;
  }

  /** Greatest MTU, bytes of layer 3. */
  public int maxMtu() {
    return b.maxMtu;
  }

  /** Most bytes of one transmitted frame, all its entries, GSO included. */
  public int maxFrame() {
    return b.maxFrame;
  }

  /** Bytes of one claimed frame. */
  public int frameRoom() {
    return b.frameRoom;
  }

  /** Most entries of one transmitted frame. */
  public int maxSegments() {
    return b.maxSegments;
  }

  /** Most frames of a transmit queue lent at once. */
  public int txLent() {
    return b.txLent;
  }

  /** Most frames of a receive queue lent at once. */
  public int rxLent() {
    return b.rxLent;
  }

  /** {@link #FOREIGN_TX}, {@link #FOREIGN_RX}, {@link #QUEUE_TOGGLE} and the like. */
  public int features() {
    return b.features;
  }

  public boolean has(int feature) {
    return (b.features & feature) == feature;
  }

  /** Settings that may change while started: {@link #LIVE_OFFLOADS} and the like. */
  public int live() {
    return b.live;
  }

  /** The abilities as an operator reads them, in a fixed order. */
  public Map<String, String> describe() {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("queue pairs", "1-" + b.maxQueuePairs);
    out.put("mtu", b.minMtu + "-" + b.maxMtu);
    out.put("transmit offloads", names(b.txOffloads));
    out.put("receive offloads", names(b.rxOffloads));
    out.put("frame", b.maxFrame + " bytes, " + b.maxSegments + " segments");
    out.put("foreign memory", foreign());
    return out;
  }

  private String foreign() {
    boolean tx = has(FOREIGN_TX);
    boolean rx = has(FOREIGN_RX);
    return tx && rx ? "transmit and receive" : tx ? "transmit" : rx ? "receive" : "no";
  }

  /** The names of offload bits, separated by blanks; "none" if there are none. */
  public static String names(int offloads) {
    String[] names = {
      null, "csum", "csum-valid", "tso4", "tso6", "ufo", "uso", "ecn", "vlan", "hash", "timestamp"
    };
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < names.length; i++) {
      if ((offloads & 1 << i) != 0) {
        text.append(text.isEmpty() ? "" : " ").append(names[i]);
      }
    }
    return text.isEmpty() ? "none" : text.toString();
  }

  /** Collects abilities; defaults are the least a driver can have. */
  public static final class Builder {
    private int maxQueuePairs = 1;
    private int txOffloads;
    private int rxOffloads;
    private int minMtu = 68;
    private int maxMtu = 1500;
    private int maxFrame = 1518;
    private int frameRoom = 1518;
    private int maxSegments = 1;
    private int txLent = 256;
    private int rxLent = 256;
    private int features;
    private int live;

    private Builder() {}

    /** Most queue pairs; 1 unless set. */
    public Builder maxQueuePairs(int n) {
      maxQueuePairs = n;
      return this;
    }

    /** Bits of {@link Offload}; none unless set. */
    public Builder offloads(int transmit, int receive) {
      txOffloads = transmit;
      rxOffloads = receive;
      return this;
    }

    /** Bytes of layer 3; 68 to 1500 unless set. */
    public Builder mtu(int least, int most) {
      minMtu = least;
      maxMtu = most;
      return this;
    }

    /**
     * Transmit frames: most bytes of a frame, bytes of one claimed frame, most entries of a frame.
     */
    public Builder frames(int most, int room, int segments) {
      maxFrame = most;
      frameRoom = room;
      maxSegments = segments;
      return this;
    }

    /** Frames lent at once per transmit and receive queue; 256 each unless set. */
    public Builder lent(int transmit, int receive) {
      txLent = transmit;
      rxLent = receive;
      return this;
    }

    /** {@link #FOREIGN_TX} and the like, added to those already set. */
    public Builder features(int bits) {
      features |= bits;
      return this;
    }

    /** {@link #LIVE_OFFLOADS} and the like, added to those already set. */
    public Builder live(int bits) {
      live |= bits;
      return this;
    }

    public Capabilities build() {
      Builder copy = new Builder();
      copy.maxQueuePairs = maxQueuePairs;
      copy.txOffloads = txOffloads;
      copy.rxOffloads = rxOffloads;
      copy.minMtu = minMtu;
      copy.maxMtu = maxMtu;
      copy.maxFrame = maxFrame;
      copy.frameRoom = frameRoom;
      copy.maxSegments = maxSegments;
      copy.txLent = txLent;
      copy.rxLent = rxLent;
      copy.features = features;
      copy.live = live;
      return new Capabilities(copy);
    }
  }
}
