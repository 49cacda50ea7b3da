package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Predicate;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** VLAN tags in the bytes of frames, or beside them. */
final class Tags {
  private static final int ADDRESSES = 12;
  private static final int CUSTOMER = 0x8100;
  private static final int SERVICE = 0x88A8;

  private Tags() {}

  static void aTagIsPutIn(Trial trial) throws Exception {
    OpenPort port = trial.start();
    byte[] frame = Frames.numbered(1, 120);
    byte[] expected = tagged(frame, CUSTOMER, Marks.INSERTED_TAG);
    WireFrame sent = new WireFrame(frame, Offload.VLAN, 0, Marks.INSERTED_TAG);
    WireFrame seen = Sight.sent(trial, port, sent, numbered(1), "a frame to be tagged");
    require(
        Arrays.equals(whole(seen), expected),
        "a frame to be tagged with 0x%04x came to the wire as %s",
        Marks.INSERTED_TAG,
        describe(seen));
  }

  static void aTagIsNeverLost(Trial trial) throws Exception {
    OpenPort port = trial.start();
    received(trial, port, "without VLAN in the settings");
    if ((port.port().capabilities().rxOffloads() & Offload.VLAN) != 0) {
      port.port().stop();
      port.port().configure(PortSettings.defaults().withRxOffloads(Offload.VLAN));
      port.start();
      received(trial, port, "with VLAN in the settings");
    }
  }

  private static void received(Trial trial, OpenPort port, String when) throws Exception {
    byte[] frame = Frames.numbered(2, 130);
    byte[] expected = tagged(frame, CUSTOMER, Marks.STRIPPED_TAG);
    check(trial, port, WireFrame.plain(expected), expected, when);
    if (port.wire().traits().contains(Trait.OFFLOADS)) {
      WireFrame beside = new WireFrame(frame, Offload.VLAN, 0, Marks.STRIPPED_TAG);
      check(trial, port, beside, expected, when);
    }
  }

  private static void check(
      Trial trial, OpenPort port, WireFrame sent, byte[] expected, String when) throws Exception {
    WireFrame seen = Sight.received(trial, port, sent, numbered(2), "a tagged frame");
    require(
        Arrays.equals(whole(seen), expected),
        "a frame tagged with 0x%04x was received %s as %s",
        Marks.STRIPPED_TAG,
        when,
        describe(seen));
  }

  static void theInnerTagIsLeftAlone(Trial trial) throws Exception {
    OpenPort port = trial.start();
    byte[] inner = tagged(Frames.numbered(3, 140), CUSTOMER, Marks.INNER_TAG);
    byte[] both = tagged(inner, SERVICE, Marks.INSERTED_TAG + 1);
    WireFrame plain = WireFrame.plain(both);
    checkBoth(Sight.sent(trial, port, plain, numbered(3), "two tags"), both, "sent");
    checkBoth(Sight.received(trial, port, plain, numbered(3), "two tags"), both, "received");
    if ((port.port().capabilities().txOffloads() & Offload.VLAN) != 0) {
      byte[] inserted = tagged(inner, CUSTOMER, Marks.INSERTED_TAG + 1);
      WireFrame half = new WireFrame(inner, Offload.VLAN, 0, Marks.INSERTED_TAG + 1);
      WireFrame seen = Sight.sent(trial, port, half, numbered(3), "two tags");
      checkBoth(seen, inserted, "sent, one of them beside it,");
    }
  }

  private static void checkBoth(WireFrame seen, byte[] expected, String how) {
    byte[] came = whole(seen);
    boolean kept = Arrays.equals(came, expected);
    // Who takes a service tag out and puts it in again may only know it as a tag.
    boolean renamed = came.length == expected.length && (seen.flags() & Offload.VLAN) != 0;
    if (renamed) {
      byte[] same = expected.clone();
      ByteBuffer.wrap(same).putShort(ADDRESSES, (short) CUSTOMER);
      kept = kept || Arrays.equals(came, same);
    }
    require(kept, "a frame with two tags was %s as %s", how, describe(seen));
  }

  /** A frame with a tag behind its addresses. */
  private static byte[] tagged(byte[] frame, int protocol, int tag) {
    ByteBuffer all = ByteBuffer.allocate(frame.length + 4);
    all.put(frame, 0, ADDRESSES).putShort((short) protocol).putShort((short) tag);
    return all.put(frame, ADDRESSES, frame.length - ADDRESSES).array();
  }

  /** The frame with a tag that stands beside it put in. */
  private static byte[] whole(WireFrame frame) {
    boolean beside = (frame.flags() & Offload.VLAN) != 0;
    return beside ? tagged(frame.bytes(), CUSTOMER, frame.vlan()) : frame.bytes();
  }

  /** Frames of the kit's with a number, whatever tags they have. */
  private static Predicate<WireFrame> numbered(int number) {
    return frame -> {
      byte[] bytes = frame.bytes();
      while (bytes.length > Frames.SHORTEST + 4 && isTag(bytes)) {
        byte[] rest = Arrays.copyOf(bytes, bytes.length - 4);
        System.arraycopy(bytes, ADDRESSES + 4, rest, ADDRESSES, rest.length - ADDRESSES);
        bytes = rest;
      }
      return Frames.number(bytes) == number;
    };
  }

  private static boolean isTag(byte[] frame) {
    int protocol = ByteBuffer.wrap(frame).getShort(ADDRESSES) & 0xFFFF;
    return protocol == CUSTOMER || protocol == SERVICE;
  }

  private static String describe(WireFrame frame) {
    ByteBuffer bytes = ByteBuffer.wrap(frame.bytes());
    boolean beside = (frame.flags() & Offload.VLAN) != 0;
    return "%d bytes, %s, behind the addresses 0x%08x 0x%08x"
        .formatted(
            frame.bytes().length,
            beside ? "the tag 0x%04x beside them".formatted(frame.vlan()) : "no tag beside them",
            bytes.getInt(ADDRESSES),
            bytes.getInt(ADDRESSES + 4));
  }
}
