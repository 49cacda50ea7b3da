package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Frames whose metadata must not be taken. */
final class OffloadRefusals {
  private static final int UNKNOWN_BIT = 1 << 20;
  private static final int GSO_SIZE = 500;

  private OffloadRefusals() {}

  static void undeclaredOffloadsAreNotUsed(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Packet packet = Packet.udp(Marks.UNDECLARED, 51);
    int can = port.port().capabilities().txOffloads();
    for (int bit = Offload.CSUM_PARTIAL; bit <= Offload.TIMESTAMP; bit <<= 1) {
      if ((can & bit) == 0) {
        undeclared(trial, port, packet, bit, Capabilities.names(bit));
      }
    }
    undeclared(trial, port, packet, UNKNOWN_BIT, "of a bit that no version knows");
    boolean open = port.wire().traits().contains(Trait.OFFLOADS);
    WireFrame frame =
        new WireFrame(
            open ? packet.checksum(packet.pseudoSum()).frame() : packet.frame(),
            open ? Offload.CSUM_PARTIAL : 0,
            open ? packet.metadata(0) : 0,
            0);
    WireFrame seen =
        Sight.received(trial, port, frame, Sight.packetTo(Marks.UNDECLARED), "a plain packet");
    require(
        seen.flags() == 0,
        "the settings name no receive offloads, but a frame came with %s",
        Capabilities.names(seen.flags()));
    Packet came = Packet.read(seen.bytes());
    require(
        came.checksum() == came.computed(),
        "the settings name no receive offloads, but a frame came with an unfinished checksum,"
            + " 0x%04x for 0x%04x",
        came.checksum(),
        came.computed());
  }

  private static void undeclared(Trial trial, OpenPort port, Packet packet, int bit, String name)
      throws Exception {
    WireFrame frame = new WireFrame(packet.frame(), bit, packet.metadata(GSO_SIZE), 1);
    int status = refusal(trial, port, frame);
    require(
        status == Burst.BAD_OFFLOAD,
        "the offload %s is not declared, but a frame that uses it was %s",
        name,
        fate(status));
  }

  static void aLargeFrameLeavesItsChecksumOpen(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Packet large = Packet.of(false, true, Marks.LARGE, Packet.payload(2, 1200));
    long numbers = large.metadata(Marks.NOT_OPEN_MSS);
    int status = refusal(trial, port, new WireFrame(large.frame(), Offload.GSO_TCP4, numbers, 0));
    require(
        status == Burst.BAD_OFFLOAD,
        "a frame to be segmented, whose checksum was not open, was %s",
        fate(status));
  }

  static void numbersThatDoNotFitAreRefused(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Packet packet = Packet.udp(Marks.OPEN_CHECKSUM + 1, 77);
    int length = packet.frame().length;
    misfit(trial, port, packet, Offload.pack(length, 0, 0, 0), "a checksum start behind its end");
    misfit(trial, port, packet, Offload.pack(0xFFFF, 6, 0, 0), "a checksum start of 65535");
    misfit(trial, port, packet, Offload.pack(34, length - 35, 0, 0), "a checksum at its last byte");
    if ((port.port().capabilities().txOffloads() & Offload.GSO_TCP4) != 0) {
      Packet large = Packet.of(false, true, Marks.LARGE + 1, Packet.payload(3, 1200));
      int flags = Offload.GSO_TCP4 | Offload.CSUM_PARTIAL;
      int status = refusal(trial, port, new WireFrame(large.frame(), flags, large.metadata(0), 0));
      require(
          status == Burst.BAD_OFFLOAD, "a frame with a GSO size of 0 bytes was %s", fate(status));
    }
    packet.checksum(packet.pseudoSum());
    for (int hint : new int[] {0, packet.header()}) {
      long numbers = Offload.pack(packet.transport(), packet.field(), 0, hint);
      WireFrame frame = new WireFrame(packet.frame(), Offload.CSUM_PARTIAL, numbers, 0);
      int status = refusal(trial, port, frame);
      require(status < 0, "with a header length of %d a sound frame was %s", hint, fate(status));
    }
  }

  private static void misfit(Trial trial, OpenPort port, Packet packet, long numbers, String what)
      throws Exception {
    int flags = Offload.CSUM_PARTIAL;
    int status = refusal(trial, port, new WireFrame(packet.frame(), flags, numbers, 0));
    require(status == Burst.BAD_OFFLOAD, "a frame with %s was %s", what, fate(status));
  }

  private static String fate(int status) {
    return status < 0 ? "accepted" : "refused with status " + status;
  }

  /** Transmits a frame once there is room; why it was refused, or -1 if it was taken. */
  private static int refusal(Trial trial, OpenPort port, WireFrame frame) throws Exception {
    Burst burst = new Burst(1);
    Traffic.claim(trial, port.tx(0), burst, 1);
    port.fill(burst, 0, frame);
    Deadline end = trial.deadline();
    int status = Burst.FULL;
    while (status == Burst.FULL && !end.passed()) {
      if (port.tx(0).transmit(burst, 0, 1) == 1) {
        return -1;
      }
      status = burst.status[0];
    }
    port.tx(0).unclaim(burst, 0, 1);
    return status;
  }
}
