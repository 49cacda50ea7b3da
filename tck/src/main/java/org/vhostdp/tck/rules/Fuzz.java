package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Random frames and random numbers; the trial's seed repeats them. */
final class Fuzz {
  private static final int FRAMES = 120;
  private static final int ENTRIES = 160;
  private static final int ALONE = 8;

  /** An IPv4 header says how long it is in four bits. */
  private static final int HEADER_LENGTHS = 16;

  private static final int ETHERNET = 14;

  /** Beginnings that drivers look into: IPv4, IPv6, ARP, tags, QinQ, LLDP, LLC, a length. */
  private static final int[] TYPES = {
    0x0800, 0x86DD, 0x0806, 0x8100, 0x88A8, 0x9100, 0x88CC, 0x0004, 0x0600, 0xFFFF
  };

  private static final long[] OFFSETS = {
    Long.MIN_VALUE,
    Long.MIN_VALUE + 1,
    -(1L << 40),
    -1,
    1L << 40,
    Long.MAX_VALUE - 64,
    Long.MAX_VALUE,
    Integer.MIN_VALUE,
    0xFFFF_FFFFL
  };

  private static final int[] LENGTHS = {
    0, -1, -60, 1, 13, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 30, 0x1_0000_000
  };

  private static final int[] REGIONS = {
    -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 16, 0x7FFF_0000, -65_536
  };

  private Fuzz() {}

  static void framesOfAnyBytesPass(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Traffic.exchange(trial, port, Numbers.FUZZED, "before fuzzed frames");
    SplittableRandom random = trial.random();
    Capabilities can = port.port().capabilities();
    int longest = Math.min(can.frameRoom(), Math.min(can.maxMtu(), 1500) + ETHERNET);
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = i < HEADER_LENGTHS ? badHeader(random, i, longest) : frame(random, longest);
      try {
        transmit(port, frame);
        port.wire().send(WireFrame.plain(frame));
        drain(port);
      } catch (RuntimeException e) {
        if (e instanceof Broken) {
          throw e;
        }
        throw new Broken(
            "fuzzed frame %d of %d bytes, EtherType 0x%04x, made a burst method throw %s"
                .formatted(i, frame.length, ByteBuffer.wrap(frame).getShort(12) & 0xFFFF, e));
      }
    }
    drainSlowly(trial, port);
    Traffic.exchange(trial, port, Numbers.FUZZED + 1, "after fuzzed frames");
  }

  /** IPv4 with each length that a header can claim to have. */
  private static byte[] badHeader(SplittableRandom random, int words, int longest) {
    byte[] frame = new byte[longest];
    random.nextBytes(frame);
    frame[0] = 2;
    frame[6] = 2;
    ByteBuffer.wrap(frame).putShort(12, (short) TYPES[0]);
    frame[14] = (byte) (0x40 | words);
    return frame;
  }

  private static byte[] frame(SplittableRandom random, int longest) {
    byte[] frame = new byte[60 + random.nextInt(Math.max(1, longest - 60))];
    random.nextBytes(frame);
    // To a station of nobody's, so that a real wire's peer does not answer.
    frame[0] = 2;
    frame[6] = 2;
    if (random.nextInt(8) != 0) {
      ByteBuffer.wrap(frame).putShort(12, (short) TYPES[random.nextInt(TYPES.length)]);
    }
    if (random.nextBoolean()) {
      // An IP header that begins well and then lies.
      frame[14] = (byte) (random.nextBoolean() ? 0x40 | random.nextInt(16) : 0x60);
      frame[23] = (byte) (random.nextBoolean() ? 6 : 17);
    }
    return frame;
  }

  /** Transmits if there is room; a refusal for good is the driver's right. */
  private static void transmit(OpenPort port, byte[] frame) {
    Burst burst = new Burst(1);
    if (port.tx(0).claim(burst, 1) == 1) {
      port.fill(burst, 0, WireFrame.plain(frame));
      if (port.tx(0).transmit(burst, 0, 1) == 0) {
        port.tx(0).unclaim(burst, 0, 1);
      }
    }
  }

  private static void drain(OpenPort port) throws Exception {
    while (!port.receive(0, OpenPort.BURST, Duration.ZERO).isEmpty()) {
      Thread.onSpinWait();
    }
    while (port.wire().receive(Duration.ZERO).isPresent()) {
      Thread.onSpinWait();
    }
  }

  /** What is still on its way over a real wire. */
  private static void drainSlowly(Trial trial, OpenPort port) throws Exception {
    Thread.sleep(trial.silence().dividedBy(4));
    drain(port);
  }

  static void nonsenseIsRefused(Trial trial) throws Exception {
    OpenPort port = trial.start();
    SplittableRandom random = trial.random();
    Burst burst = new Burst(1);
    byte[] frame = Frames.numbered(Numbers.NONSENSE, 128);
    for (int i = 0; i < ENTRIES; i++) {
      Traffic.claim(trial, port.tx(0), burst, 1);
      port.fill(burst, 0, WireFrame.plain(frame));
      int region = burst.region[0];
      long offset = burst.offset[0];
      // Each kind alone first, then several at once.
      boolean bad = spoil(burst, random, i < ALONE * 4 ? 1 << i % 4 : 1 + random.nextInt(15));
      String entry =
          "region %d, offset %d, length %d, flags 0x%x, offload 0x%x"
              .formatted(
                  burst.region[0],
                  burst.offset[0],
                  burst.length[0],
                  burst.flags[0],
                  burst.offload[0]);
      int taken = transmit(port, burst, entry);
      require(taken == 0 || !bad, "nonsense was accepted for sending: %s", entry);
      if (taken == 0) {
        require(burst.status[0] >= Burst.FULL, "nonsense was refused without a status: %s", entry);
        burst.region[0] = region;
        burst.offset[0] = offset;
        port.tx(0).unclaim(burst, 0, 1);
      }
      drain(port);
    }
    Traffic.exchange(trial, port, Numbers.NONSENSE + 1, "after fuzzed entries");
  }

  private static int transmit(OpenPort port, Burst burst, String entry) {
    burst.status[0] = -1;
    try {
      return port.tx(0).transmit(burst, 0, 1);
    } catch (RuntimeException e) {
      throw new Broken("nonsense made transmit throw %s: %s".formatted(e, entry));
    }
  }

  /**
   * Replaces some numbers of entry 0.
   *
   * @param what bits: region, offset, length, flags with their numbers
   * @return whether nobody may accept it
   */
  private static boolean spoil(Burst burst, SplittableRandom random, int what) {
    boolean bad = false;
    if ((what & 1) != 0) {
      burst.region[0] = REGIONS[random.nextInt(REGIONS.length)];
      bad = true;
    }
    if ((what & 2) != 0) {
      burst.offset[0] = OFFSETS[random.nextInt(OFFSETS.length)];
      bad = true;
    }
    if ((what & 4) != 0) {
      burst.length[0] = LENGTHS[random.nextInt(LENGTHS.length)];
      bad = true;
    }
    if ((what & 8) != 0) {
      // Also valid combinations, which may pass.
      burst.flags[0] = random.nextInt() & ~Offload.MORE;
      burst.offload[0] = random.nextLong();
      bad |= (burst.flags[0] & ~Offload.KNOWN) != 0;
    }
    return bad;
  }
}
