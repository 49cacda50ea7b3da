package org.vhostdp.driver.loopback;

import java.util.List;
import java.util.Locale;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.PortConfig;

/**
 * The driver's configuration, read once.
 *
 * @param wire the wire's name in mode pair, otherwise empty
 * @param shaping whether rates can be limited
 * @param pull whether to pull out the wire instead of joining it
 * @param joins whether the wire must be there already
 * @param queues most queue pairs
 * @param depth frames of each queue, a power of two
 * @param mtu greatest MTU, bytes of layer 3
 * @param offloads bits of {@link Offload} that may be used
 * @param segments most entries of a transmitted frame
 * @param room bytes of one frame
 * @param frameBytes bytes of a frame from the source
 * @param mix whether the source's frames have the lengths of {@link SourceRx} instead
 * @param drops whether a full receive queue drops frames instead of refusing them
 */
record LoopbackOptions(
    Mode mode,
    String wire,
    boolean joins,
    int queues,
    int depth,
    int mtu,
    int offloads,
    int segments,
    int room,
    int frameBytes,
    boolean mix,
    boolean drops,
    boolean foreign,
    boolean steering,
    boolean shaping,
    boolean pull,
    boolean live) {

  /** Bytes that a frame may be longer than its MTU: Ethernet header and two VLAN tags. */
  static final int FRAME_OVERHEAD = 14 + 2 * 4;

  /** What a transmitted frame may use; hash and timestamp only appear on the receiving side. */
  private static final int ON_TRANSMIT =
      Offload.CSUM_PARTIAL | Offload.CSUM_VALID | Offload.GSO_ANY | Offload.GSO_ECN | Offload.VLAN;

  private static final int ALL = ON_TRANSMIT | Offload.HASH | Offload.TIMESTAMP;

  /** An IP packet of 65,535 bytes with its Ethernet header and tags, in whole cache lines. */
  private static final int GSO_ROOM = 65_600;

  private static final int LEAST_ROOM = 2048;

  private static final int SEGMENTS = 64;

  static final ConfigSchema SCHEMA =
      ConfigSchema.of(
          ConfigKey.choice(
                  "mode",
                  List.of("loopback", "pair", "sink", "source", "reflect"),
                  "Where transmitted frames go and received frames come from.")
              .withDefault("loopback"),
          ConfigKey.string("wire", "Name of the wire; mode pair only, where it must be given."),
          ConfigKey.bool("join", "Whether the wire must be there already; mode pair only.")
              .withDefault("false"),
          ConfigKey.integer("queues", 1, 64, "Most queue pairs.").withDefault("64"),
          ConfigKey.choice(
                  "depth",
                  List.of("64", "128", "256", "512", "1024", "2048", "4096"),
                  "Frames of each queue.")
              .withDefault("512"),
          ConfigKey.integer("mtu", 68, 65_535, "Greatest MTU in bytes.").withDefault("9000"),
          ConfigKey.string(
                  "offloads", "\"all\", \"none\", or names such as \"csum tso4\", by blanks.")
              .withDefault("all"),
          ConfigKey.integer("segments", 1, 256, "Most entries of a transmitted frame.")
              .withDefault(Integer.toString(SEGMENTS)),
          ConfigKey.integer(
              "frame-room", 128, GSO_ROOM, "Bytes of one frame; absent: as MTU and offloads need."),
          ConfigKey.integer("frame-bytes", 60, 65_549, "Bytes of a frame from the source.")
              .withDefault("60"),
          ConfigKey.bool(
                  "frame-mix", "Whether the source's frames have 64, 570 and 1518 bytes instead.")
              .withDefault("false"),
          ConfigKey.choice(
                  "full", List.of("wait", "drop"), "What becomes of frames for a full queue.")
              .withDefault("wait"),
          ConfigKey.bool("foreign", "Whether foreign memory is taken.").withDefault("true"),
          ConfigKey.bool("steering", "Whether receive-side scaling is there.").withDefault("true"),
          ConfigKey.bool("shaping", "Whether rates can be limited.").withDefault("true"),
          ConfigKey.bool(
                  "pull", "Whether to pull out the wire under its two ports; mode pair only.")
              .withDefault("false"),
          ConfigKey.bool("live", "Whether settings may change while started.").withDefault("true"));

  /** Reads values that have passed {@link #SCHEMA}, and refuses those that contradict another. */
  static LoopbackOptions of(PortConfig config) throws DriverException {
    Mode mode = Mode.valueOf(config.text("mode").orElseThrow().toUpperCase(Locale.ROOT));
    String wire = config.text("wire").orElse("");
    if (mode == Mode.PAIR && wire.isBlank()) {
      throw wrong("The mode pair needs the key \"wire\".", "Give both ports the same name there.");
    }
    if (mode != Mode.PAIR && !wire.isEmpty()) {
      throw wrong("The key \"wire\" has no meaning in this mode.", "Remove it, or use mode pair.");
    }
    if (mode != Mode.PAIR && config.flag("pull")) {
      throw wrong("The key \"pull\" has no meaning in this mode.", "Remove it, or use mode pair.");
    }
    int mtu = number(config, "mtu");
    int offloads = offloads(config.text("offloads").orElseThrow());
    int segments = number(config, "segments");
    boolean drops = config.text("full").orElseThrow().equals("drop");
    boolean reflects = mode == Mode.REFLECT;
    if (reflects) {
      checkReflect(offloads, segments, drops);
      offloads = 0;
      segments = 1;
    }
    int longest = mtu + FRAME_OVERHEAD;
    int needed = (offloads & Offload.GSO_ANY) == 0 ? Math.max(longest, LEAST_ROOM) : GSO_ROOM;
    int room = config.number("frame-room").orElse((long) needed).intValue();
    if (room < longest) {
      throw wrong(
          "The key \"frame-room\" = " + room + " is too little for an MTU of " + mtu + ".",
          "It takes " + longest + " bytes or more.");
    }
    int frameBytes = number(config, "frame-bytes");
    if (mode == Mode.SOURCE && frameBytes > mtu + 14) {
      throw wrong(
          "The key \"frame-bytes\" = " + frameBytes + " is too much for an MTU of " + mtu + ".",
          "It takes " + (mtu + 14) + " bytes or less.");
    }
    boolean mix = config.flag("frame-mix");
    if (mode == Mode.SOURCE && mix && mtu + 14 < SourceRx.LONGEST) {
      throw wrong(
          "The key \"frame-mix\" is too much for an MTU of " + mtu + ".",
          "Set \"mtu\" to " + (SourceRx.LONGEST - 14) + " or more.");
    }
    return new LoopbackOptions(
        mode,
        wire,
        config.flag("join"),
        number(config, "queues"),
        number(config, "depth"),
        mtu,
        offloads,
        segments,
        room,
        frameBytes,
        mix,
        drops,
        config.flag("foreign") && !reflects,
        config.flag("steering"),
        config.flag("shaping"),
        config.flag("pull"),
        config.flag("live"));
  }

  /** What a frame that stays where it is cannot do; defaults only stand for nothing asked. */
  private static void checkReflect(int offloads, int segments, boolean drops)
      throws DriverException {
    if (offloads != 0 && offloads != ALL) {
      throw wrong(
          "The mode reflect has no offloads, but the key \"offloads\" names some.",
          "Remove it, or set it to none.");
    }
    if (segments != 1 && segments != SEGMENTS) {
      throw wrong(
          "The key \"segments\" = " + segments + " is too much for the mode reflect.",
          "Its frames take one entry each: remove the key, or set it to 1.");
    }
    if (drops) {
      throw wrong(
          "The key \"full\" = drop has no meaning in the mode reflect.",
          "A full queue lends no frames there: remove the key.");
    }
  }

  private static int number(PortConfig config, String key) {
    return Integer.parseInt(config.text(key).orElseThrow());
  }

  private static int offloads(String names) throws DriverException {
    if (names.equals("all")) {
      return ALL;
    }
    int bits = 0;
    if (names.isBlank() || names.equals("none")) {
      return bits;
    }
    for (String name : names.strip().split("[ ,]+")) {
      bits |= offload(name);
    }
    return bits;
  }

  private static int offload(String name) throws DriverException {
    for (int bit = Offload.CSUM_PARTIAL; bit <= Offload.TIMESTAMP; bit <<= 1) {
      if (Capabilities.names(bit).equals(name)) {
        return bit;
      }
    }
    throw wrong(
        "The key \"offloads\" names \"" + name + "\", which is none.",
        "Use all, none, or some of: " + Capabilities.names(ALL) + ".");
  }

  private static DriverException wrong(String message, String advice) {
    return new DriverException(Reason.CONFIGURATION, message, advice);
  }

  /** What a port with these options can do. */
  Capabilities capabilities() {
    Capabilities.Builder can =
        Capabilities.builder()
            .maxQueuePairs(queues)
            .offloads(offloads & ON_TRANSMIT, mode.carries() ? offloads : 0)
            .mtu(68, mtu)
            .frames(room, room, segments)
            .lent(depth, depth)
            .features(Capabilities.QUEUE_TOGGLE);
    if (foreign) {
      can.features(
          Capabilities.FOREIGN_TX | Capabilities.FOREIGN_TX_SYNCHRONOUS | Capabilities.FOREIGN_RX);
    }
    if (live) {
      can.live(
          Capabilities.LIVE_OFFLOADS
              | Capabilities.LIVE_QUEUES
              | Capabilities.LIVE_MTU
              | Capabilities.LIVE_MAC);
    }
    return can.build();
  }
}
