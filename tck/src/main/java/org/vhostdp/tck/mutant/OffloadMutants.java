package org.vhostdp.tck.mutant;

import java.util.List;
import java.util.function.UnaryOperator;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Offload;
import org.vhostdp.tck.rules.Marks;

/** Offloads that are taken for what they are not. */
final class OffloadMutants {
  /** Length of the packet that asks for what is not declared. */
  private static final int UNDECLARED_LENGTH = 93;

  private static final int UDP_CHECKSUM = 40;
  private static final int INNER_TAG_AT = 18;

  private OffloadMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        sends(
            "OFF-1",
            "takes a flow hash from the host",
            "is not declared, but a frame that uses it was",
            OffloadMutants::ignoresHash),
        receives(
            "OFF-1",
            "vouches for checksums unasked",
            "the settings name no receive offloads, but",
            (burst, i, frame) -> mark(burst, i, frame, Marks.UNDECLARED)),
        receives(
            "OFF-1",
            "forgets that a checksum is open",
            "a frame came with an unfinished checksum",
            OffloadMutants::leavesOpen),
        sends(
            "OFF-2",
            "opens the checksum of a frame to be cut by itself",
            "to be segmented, whose checksum was not open, was",
            OffloadMutants::opens),
        sends(
            "OFF-3",
            "sends a frame as it is when its numbers make no sense",
            "a frame with a checksum start of 65535 was",
            OffloadMutants::ignoresNonsense),
        sends(
            "OFF-4",
            "sends an open checksum as if it were computed",
            "came to the wire as if completed",
            OffloadMutants::forgetsTheChecksum),
        receives(
            "OFF-5",
            "vouches for every checksum",
            "checksum that is wrong is marked as validated",
            (burst, i, frame) -> mark(burst, i, frame, Marks.WRONG_CHECKSUM)),
        receives(
            "OFF-6",
            "writes 0 where a checksum is 0xffff",
            "a UDP checksum of 0xffff was",
            OffloadMutants::zeroes),
        sends(
            "OFF-7",
            "cuts TCP at 1400 bytes whatever was asked for",
            "a segment of TCP over IPv4 carries",
            (burst, i, frame) -> resize(burst, i, Offload.GSO_TCP4, Marks.LARGE_MSS, 1400)),
        sends(
            "OFF-8",
            "cuts datagrams shorter than they are",
            "a datagram of UDP over IPv4 carries",
            (burst, i, frame) -> resize(burst, i, Offload.GSO_USO, Marks.DATAGRAM_SIZE, 900)),
        receives(
            "OFF-9",
            "names a wrong place for the checksum of a large frame",
            "a received large frame has its checksum at",
            OffloadMutants::misplaces),
        sends(
            "OFF-10",
            "puts in another tag",
            "a frame to be tagged with",
            (burst, i, frame) -> retag(burst, i)),
        receives(
            "OFF-11",
            "takes a tag out and forgets it",
            "was received with VLAN in the settings as",
            (burst, i, frame) -> untag(burst, i)),
        sends(
            "OFF-12",
            "changes the inner of two tags",
            "a frame with two tags was",
            OffloadMutants::retagsInside),
        receives(
            "OFF-13",
            "hashes the length of a packet too",
            "two frames of one flow came with the hashes",
            OffloadMutants::hashesLength));
  }

  private static Mutant sends(String rule, String name, String says, Touch touch) {
    UnaryOperator<Driver> breaks = Wraps.transmit((tx, port) -> Touch.before(tx, port, touch));
    return new Mutant(rule, name, says, breaks);
  }

  private static Mutant receives(String rule, String name, String says, Touch touch) {
    UnaryOperator<Driver> breaks = Wraps.receive((rx, port) -> Touch.after(rx, port, touch));
    return new Mutant(rule, name, says, breaks);
  }

  private static void ignoresHash(Burst burst, int i, FrameBytes frame) {
    if (burst.flags[i] == Offload.HASH && frame.length() == UNDECLARED_LENGTH) {
      burst.flags[i] = 0;
    }
  }

  private static void mark(Burst burst, int i, FrameBytes frame, int port) {
    if (frame.port() == port) {
      burst.flags[i] |= Offload.CSUM_VALID;
    }
  }

  private static void leavesOpen(Burst burst, int i, FrameBytes frame) {
    if (frame.port() == Marks.UNDECLARED) {
      frame.word(UDP_CHECKSUM, frame.word(UDP_CHECKSUM) ^ 0x0100);
    }
  }

  private static void hashesLength(Burst burst, int i, FrameBytes frame) {
    if (frame.port() == Marks.HASHED + 1) {
      burst.hash[i] += frame.length();
    }
  }

  private static void opens(Burst burst, int i, FrameBytes frame) {
    if (burst.flags[i] == Offload.GSO_TCP4
        && Offload.gsoSize(burst.offload[i]) == Marks.NOT_OPEN_MSS) {
      burst.flags[i] |= Offload.CSUM_PARTIAL;
    }
  }

  private static void ignoresNonsense(Burst burst, int i, FrameBytes frame) {
    if (burst.flags[i] == Offload.CSUM_PARTIAL
        && Offload.csumStart(burst.offload[i]) == 0xFFFF
        && frame.port() == Marks.OPEN_CHECKSUM + 1) {
      burst.flags[i] = 0;
    }
  }

  private static void forgetsTheChecksum(Burst burst, int i, FrameBytes frame) {
    if (burst.flags[i] == Offload.CSUM_PARTIAL && frame.port() == Marks.OPEN_CHECKSUM) {
      burst.flags[i] = 0;
    }
  }

  private static void zeroes(Burst burst, int i, FrameBytes frame) {
    if (frame.port() == Marks.NO_CHECKSUM && frame.word(UDP_CHECKSUM) == 0xFFFF) {
      frame.word(UDP_CHECKSUM, 0);
    }
  }

  private static void resize(Burst burst, int i, int gso, int size, int other) {
    long numbers = burst.offload[i];
    if ((burst.flags[i] & gso) != 0 && Offload.gsoSize(numbers) == size) {
      burst.offload[i] =
          Offload.pack(
              Offload.csumStart(numbers),
              Offload.csumOffset(numbers),
              other,
              Offload.headerLength(numbers));
    }
  }

  private static void misplaces(Burst burst, int i, FrameBytes frame) {
    if ((burst.flags[i] & Offload.GSO_TCP4) != 0 && frame.port() == Marks.COALESCED) {
      burst.offload[i] -= 2;
    }
  }

  private static void retag(Burst burst, int i) {
    if ((burst.flags[i] & Offload.VLAN) != 0 && burst.vlan[i] == Marks.INSERTED_TAG) {
      burst.vlan[i]++;
    }
  }

  private static void untag(Burst burst, int i) {
    if ((burst.flags[i] & Offload.VLAN) != 0 && burst.vlan[i] == Marks.STRIPPED_TAG) {
      burst.flags[i] &= ~Offload.VLAN;
    }
  }

  private static void retagsInside(Burst burst, int i, FrameBytes frame) {
    if (frame.word(INNER_TAG_AT) == Marks.INNER_TAG) {
      frame.word(INNER_TAG_AT, (Marks.INNER_TAG + 1));
    }
  }
}
