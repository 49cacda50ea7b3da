package org.vhostdp.driver.dpdk.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vhostdp.spi.Offload.CSUM_PARTIAL;
import static org.vhostdp.spi.Offload.CSUM_VALID;
import static org.vhostdp.spi.Offload.GSO_TCP4;
import static org.vhostdp.spi.Offload.GSO_TCP6;
import static org.vhostdp.spi.Offload.GSO_USO;
import static org.vhostdp.spi.Offload.HASH;
import static org.vhostdp.spi.Offload.MORE;
import static org.vhostdp.spi.Offload.VLAN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Steering;

/** Offload metadata in both directions, on memory laid out like an mbuf and its data. */
class MbufOffloadsTest {
  private static final long DATA = 256;
  private static final int ALL =
      CSUM_PARTIAL | GSO_TCP4 | GSO_TCP6 | GSO_USO | VLAN | MbufOffloads.IP_CHECKSUM;

  private final MemorySegment memory = Arena.ofAuto().allocate(70_000, 64);
  private final Burst burst = new Burst(3);

  private boolean prepare(byte[] frame, int flags, long numbers) {
    put(frame);
    burst.flags[0] = flags;
    burst.offload[0] = numbers;
    return MbufOffloads.prepare(memory, 0, burst, 0, ALL);
  }

  private void put(byte[] frame) {
    MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, DATA, frame.length);
    burst.offset[0] = DATA;
    burst.length[0] = frame.length;
  }

  private byte[] data(int length) {
    return memory.asSlice(DATA, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private long bits() {
    return memory.get(Mbuf.LONG, Mbuf.OL_FLAGS);
  }

  private static long numbers(boolean v6, int protocol, int gso) {
    int start = Packets.start(v6);
    return Offload.pack(start, Packets.field(v6, protocol) - start, gso, 0);
  }

  private void lengths(int l2, int l3, int l4, int segment) {
    long word = l2 | l3 << 7 | (long) l4 << 16 | (long) segment << 24;
    assertEquals(word, memory.get(Mbuf.LONG, Mbuf.TX_OFFLOAD));
  }

  @Test
  void openChecksumsAreTheDevices() {
    for (boolean v6 : new boolean[] {false, true}) {
      for (int protocol : new int[] {Packets.TCP, Packets.UDP}) {
        byte[] frame = Packets.open(Packets.of(v6, protocol, 101));
        assertTrue(prepare(frame, CSUM_PARTIAL, numbers(v6, protocol, 0)));
        boolean tcp = protocol == Packets.TCP;
        long l4 = tcp ? Mbuf.TX_TCP_CKSUM : Mbuf.TX_UDP_CKSUM;
        assertEquals(l4 | (v6 ? Mbuf.TX_IPV6 : Mbuf.TX_IPV4), bits());
        lengths(14, v6 ? 40 : 20, tcp ? 20 : 8, 0);
        assertArrayEquals(frame, data(frame.length));
      }
    }
  }

  @Test
  void tagsInTheBytesBelongToLayer2AndATagBesideThemIsTheDevices() {
    byte[] frame = Packets.tagged(Packets.open(Packets.of(false, Packets.UDP, 64)), 5);
    burst.vlan[0] = 0x2007;
    assertTrue(prepare(frame, CSUM_PARTIAL | VLAN, Offload.pack(38, 6, 0, 0)));
    assertEquals(Mbuf.TX_UDP_CKSUM | Mbuf.TX_IPV4 | Mbuf.TX_VLAN, bits());
    assertEquals(0x2007, memory.get(Mbuf.SHORT, Mbuf.VLAN_TCI));
    lengths(18, 20, 8, 0);
  }

  @Test
  void largeFramesAreCutByTheDevice() {
    byte[] frame = Packets.open(Packets.of(false, Packets.TCP, 5000));
    int flags = CSUM_PARTIAL | GSO_TCP4;
    assertTrue(prepare(frame, flags, numbers(false, Packets.TCP, 1448)));
    assertEquals(Mbuf.TX_TCP_SEG | Mbuf.TX_TCP_CKSUM | Mbuf.TX_IPV4 | Mbuf.TX_IP_CKSUM, bits());
    lengths(14, 20, 20, 1448);
    frame = Packets.open(Packets.of(true, Packets.TCP, 5000));
    assertTrue(prepare(frame, CSUM_PARTIAL | GSO_TCP6, numbers(true, Packets.TCP, 1448)));
    assertEquals(Mbuf.TX_TCP_SEG | Mbuf.TX_TCP_CKSUM | Mbuf.TX_IPV6, bits());
    frame = Packets.open(Packets.of(false, Packets.UDP, 5000));
    assertTrue(prepare(frame, CSUM_PARTIAL | GSO_USO, numbers(false, Packets.UDP, 1000)));
    assertEquals(Mbuf.TX_UDP_SEG | Mbuf.TX_UDP_CKSUM | Mbuf.TX_IPV4 | Mbuf.TX_IP_CKSUM, bits());
  }

  @Test
  void whatFitsOneSegmentIsAnOrdinaryFrame() {
    byte[] frame = Packets.open(Packets.of(false, Packets.TCP, 1448));
    assertTrue(prepare(frame, CSUM_PARTIAL | GSO_TCP4, numbers(false, Packets.TCP, 1448)));
    assertEquals(Mbuf.TX_TCP_CKSUM | Mbuf.TX_IPV4, bits());
    lengths(14, 20, 20, 0);
  }

  @Test
  void whatDpdkCannotComputeIsComputedHere() {
    // An inner checksum of a tunnel, as Linux leaves it open: somewhere in the payload.
    byte[] frame = Packets.plain(201, 3);
    ByteBuffer.wrap(frame).putShort(100 + 6, (short) 0x1234);
    assertTrue(prepare(frame, CSUM_PARTIAL, Offload.pack(100, 6, 0, 0)));
    assertEquals(0, bits());
    int sum = Packets.sum(frame, 100, 101, 0);
    byte[] sent = data(frame.length);
    assertEquals((short) ~sum, ByteBuffer.wrap(sent).getShort(106));
    MbufOffloads.undo(memory, 0, burst, 0);
    assertArrayEquals(frame, data(frame.length));
  }

  @Test
  void aFrameInPiecesIsComputedAsOne() {
    byte[] frame = Packets.open(Packets.of(false, Packets.UDP, 300));
    byte[] whole = Packets.of(false, Packets.UDP, 300);
    // The first piece ends inside the UDP header, which is then not DPDK's to know, the second odd.
    int[] cuts = {0, 37, 112, frame.length};
    for (int i = 0; i < 3; i++) {
      int length = cuts[i + 1] - cuts[i];
      burst.offset[i] = DATA + 1000L * i;
      burst.length[i] = length;
      burst.flags[i] = i < 2 ? MORE : 0;
      MemorySegment.copy(frame, cuts[i], memory, ValueLayout.JAVA_BYTE, burst.offset[i], length);
    }
    burst.flags[0] |= CSUM_PARTIAL;
    burst.offload[0] = numbers(false, Packets.UDP, 0);
    assertTrue(MbufOffloads.prepare(memory, 0, burst, 0, ALL));
    short expected = ByteBuffer.wrap(whole).getShort(40);
    assertEquals(expected, memory.get(Headers.NET, DATA + 1000 + 40 - 37));
    burst.region[1] = 1;
    assertFalse(MbufOffloads.prepare(memory, 0, burst, 0, ALL), "pieces of two regions");
  }

  @Test
  void undoPutsBackWhatADevicePrepared() {
    byte[] frame = Packets.open(Packets.of(false, Packets.TCP, 5000));
    assertTrue(prepare(frame, CSUM_PARTIAL | GSO_TCP4, numbers(false, Packets.TCP, 1448)));
    memory.set(Headers.NET, DATA + 24, (short) 0);
    memory.set(Headers.NET, DATA + 50, (short) 0x4711);
    MbufOffloads.undo(memory, 0, burst, 0);
    assertArrayEquals(frame, data(frame.length));
  }

  @Test
  void numbersThatDoNotFitAreRefused() {
    byte[] frame = Packets.open(Packets.of(false, Packets.TCP, 3000));
    int tcp4 = CSUM_PARTIAL | GSO_TCP4;
    long fits = numbers(false, Packets.TCP, 1448);
    long[][] bad = {
      {CSUM_PARTIAL, Offload.pack(frame.length, 16, 0, 0)},
      {CSUM_PARTIAL, Offload.pack(0xFFFF, 6, 0, 0)},
      {CSUM_PARTIAL, Offload.pack(34, frame.length - 35, 0, 0)},
      {CSUM_PARTIAL, Offload.pack(4, 6, 0, 0)},
      {tcp4, Offload.pack(34, 16, 0, 0)},
      {tcp4, Offload.pack(36, 16, 1448, 0)},
      {tcp4 | GSO_TCP6, fits},
      {CSUM_PARTIAL | GSO_TCP6, fits},
      {CSUM_PARTIAL | GSO_USO, fits},
      {GSO_TCP4, fits},
      {CSUM_VALID, 0},
      {HASH, 0},
      {MbufOffloads.IP_CHECKSUM, 0},
      {1 << 20, 0},
    };
    for (long[] each : bad) {
      burst.status[0] = -1;
      assertFalse(prepare(frame, (int) each[0], each[1]), "flags " + each[0]);
      assertEquals(Burst.BAD_OFFLOAD, burst.status[0]);
      assertArrayEquals(frame, data(frame.length));
    }
  }

  @Test
  void noBytesMakeItThrowOrWriteOutside() {
    Random random = new Random(7);
    byte[] around = memory.asSlice(0, 24).toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < 200_000; i++) {
      byte[] frame = Packets.of(random.nextBoolean(), random.nextBoolean() ? 6 : 17, 40);
      for (int k = random.nextInt(6); k > 0; k--) {
        frame[12 + random.nextInt(40)] = (byte) random.nextInt();
      }
      put(frame);
      burst.length[0] = random.nextInt(frame.length + 1);
      burst.flags[0] = CSUM_PARTIAL | random.nextInt() & (GSO_TCP4 | GSO_TCP6 | VLAN);
      burst.offload[0] = Offload.pack(random.nextInt(80), random.nextInt(24), random.nextInt(3), 0);
      if (random.nextInt(8) == 0) {
        burst.offset[0] = random.nextBoolean() ? Long.MAX_VALUE : memory.byteSize() - 20;
      }
      if (MbufOffloads.prepare(memory, 0, burst, 0, ALL)) {
        MbufOffloads.undo(memory, 0, burst, 0);
        assertArrayEquals(frame, data(frame.length));
      }
      memory.set(Mbuf.LONG, Mbuf.OL_FLAGS, random.nextLong());
      burst.offset[0] = DATA;
      MbufOffloads.read(memory, 0, burst, 0, random.nextInt() & Offload.KNOWN);
    }
    assertArrayEquals(around, memory.asSlice(0, 24).toArray(ValueLayout.JAVA_BYTE));
  }

  private boolean read(byte[] frame, long bits, int allowed) {
    put(frame);
    memory.set(Mbuf.LONG, Mbuf.OL_FLAGS, bits);
    return MbufOffloads.read(memory, 0, burst, 0, allowed);
  }

  @Test
  void receivedChecksumsAreWhatTheDeviceSays() {
    byte[] frame = Packets.of(false, Packets.UDP, 50);
    assertTrue(read(frame, Mbuf.RX_L4_GOOD, CSUM_VALID));
    assertEquals(CSUM_VALID, burst.flags[0]);
    assertTrue(read(frame, Mbuf.RX_L4_GOOD, 0));
    assertEquals(0, burst.flags[0]);
    assertTrue(read(frame, 1 << 3, CSUM_VALID), "a wrong checksum");
    assertEquals(0, burst.flags[0]);
    assertTrue(read(frame, Mbuf.RX_L4_NONE, CSUM_VALID), "a datagram without a checksum");
    assertEquals(0, burst.flags[0]);
    byte[] open = Packets.open(frame);
    assertTrue(read(open, Mbuf.RX_L4_NONE, CSUM_VALID | CSUM_PARTIAL));
    assertEquals(CSUM_PARTIAL, burst.flags[0]);
    assertEquals(Offload.pack(34, 6, 0, 42), burst.offload[0]);
    assertArrayEquals(open, data(open.length));
  }

  @Test
  void coalescedFramesAreDescribedOrDropped() {
    byte[] frame = Packets.of(true, Packets.TCP, 4000);
    memory.set(Mbuf.LONG, Mbuf.TX_OFFLOAD, 1400L << 24);
    long bits = Mbuf.RX_LRO | Mbuf.RX_L4_NONE;
    assertTrue(read(frame, bits, CSUM_PARTIAL | GSO_TCP6));
    assertEquals(CSUM_PARTIAL | GSO_TCP6, burst.flags[0]);
    assertEquals(Offload.pack(54, 16, 1400, 74), burst.offload[0]);
    assertArrayEquals(Packets.open(frame), data(frame.length));
    assertFalse(read(frame, bits, CSUM_PARTIAL | GSO_TCP4));
    assertFalse(read(frame, bits, 0));
    memory.set(Mbuf.LONG, Mbuf.TX_OFFLOAD, 0L);
    assertFalse(read(frame, bits, CSUM_PARTIAL | GSO_TCP6), "no segment size");
  }

  @Test
  void tagsAndHashesAreHandedOn() {
    byte[] frame = Packets.of(false, Packets.TCP, 50);
    memory.set(Mbuf.SHORT, Mbuf.VLAN_TCI, (short) 0xE123);
    memory.set(Mbuf.INT, Mbuf.HASH, 0xCAFE);
    memory.set(Mbuf.INT, Mbuf.PACKET_TYPE, 0x111);
    long bits = Mbuf.RX_VLAN_STRIPPED | Mbuf.RX_RSS_HASH;
    assertTrue(read(frame, bits, VLAN | HASH));
    assertEquals(VLAN | HASH, burst.flags[0]);
    assertEquals(0xE123, burst.vlan[0]);
    assertEquals(0xCAFE, burst.hash[0]);
    assertEquals(Steering.HASH_TCP4, burst.hashType[0]);
    assertFalse(read(frame, bits, HASH), "a tag that nobody asked for would be lost");
    assertTrue(read(frame, Mbuf.RX_RSS_HASH, VLAN));
    assertEquals(0, burst.flags[0]);
  }
}
