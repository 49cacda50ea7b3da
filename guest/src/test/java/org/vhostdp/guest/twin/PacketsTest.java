package org.vhostdp.guest.twin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketsTest {
  private static final Flow FLOW =
      new Flow(
          Packets.mac("52:54:00:00:00:01"),
          Packets.mac("52:54:00:00:00:02"),
          Packets.ip("10.1.2.3"),
          Packets.ip("10.1.2.4"),
          1000,
          2000);

  private final MemorySegment memory = Arena.ofAuto().allocate(70_000, 64);
  private final Frame frame = new Frame();

  private static MemorySegment hex(String text) {
    return MemorySegment.ofArray(HexFormat.of().parseHex(text.replace(" ", "")));
  }

  @Test
  void theSumOfRfc1071IsAsInItsExample() {
    MemorySegment data = hex("0001 f203 f4f5 f6f7");
    assertEquals(0xddf2, InternetChecksum.fold(InternetChecksum.add(0, data, 0, 8)));
  }

  @Test
  void aKnownIpv4HeaderHasItsKnownChecksum() {
    MemorySegment header = hex("4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7");
    assertEquals(0xb861, InternetChecksum.finish(InternetChecksum.add(0, header, 0, 20)));
  }

  @Test
  void aKnownUdpDatagramHasItsKnownChecksum() {
    // 152.1.51.27 to 152.14.94.75, ports 0xa08f and 0x2694, 10 bytes long, "bb".
    MemorySegment udp = hex("a08f 2694 000a 0000 6262");
    long pseudo =
        Packets.pseudo4(Packets.ip("152.1.51.27"), Packets.ip("152.14.94.75"), Packets.UDP, 10);
    assertEquals(0x14de, InternetChecksum.finish(InternetChecksum.add(pseudo, udp, 0, 10)));
  }

  @Test
  void anOddLastByteCountsAsTheHighHalf() {
    MemorySegment data = hex("0102 03ff");
    assertEquals(0x0102 + 0x0300, InternetChecksum.add(0, data, 0, 3));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 16, 17, 1472, 9001})
  void udpFramesAreParsedBackWithGoodChecksums(int payload) {
    for (int i = 0; i < payload; i++) {
      memory.set(ValueLayout.JAVA_BYTE, 64 + Packets.UDP4_PAYLOAD + i, (byte) (i * 7));
    }
    int length = Packets.udp4(memory, 64, FLOW, payload, false);
    assertEquals(Packets.UDP4_PAYLOAD + payload, length);
    assertTrue(frame.parse(memory, 64, length));
    assertEquals(Packets.UDP, frame.protocol());
    assertEquals(FLOW.sourceMac(), frame.sourceMac());
    assertEquals(FLOW.destinationMac(), frame.destinationMac());
    assertEquals(FLOW.sourceIp(), frame.sourceIp());
    assertEquals(FLOW.destinationIp(), frame.destinationIp());
    assertEquals(1000, frame.sourcePort());
    assertEquals(2000, frame.destinationPort());
    assertEquals(payload, frame.payloadLength());
    assertTrue(frame.ipv4ChecksumGood());
    assertTrue(frame.transportChecksumGood());
    for (int i = 0; i < length; i++) {
      assertFalse(frame.parse(memory, 64, i), "a frame cut to " + i);
    }
  }

  @Test
  void oneFlippedBitOfTheTransportIsFound() {
    int length = Packets.tcp4(memory, 0, FLOW, 77, 0x18, 33, false);
    assertTrue(frame.parse(memory, 0, length));
    assertTrue(frame.transportChecksumGood());
    for (long at = frame.transport() + 4; at < length; at++) {
      byte was = memory.get(ValueLayout.JAVA_BYTE, at);
      if (at != frame.transport() + 12) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) (was ^ 0x10));
        assertFalse(frame.transportChecksumGood(), "flipped at " + at);
        memory.set(ValueLayout.JAVA_BYTE, at, was);
      }
    }
  }

  @Test
  void aPartialChecksumBecomesGoodWhenTheDeviceCompletesIt() {
    int length = Packets.udp4(memory, 0, FLOW, 100, true);
    assertTrue(frame.parse(memory, 0, length));
    assertTrue(frame.transportChecksumPartial());
    assertFalse(frame.transportChecksumGood());
    // What a device does with csum_start and csum_offset.
    long start = frame.transport();
    int sum =
        InternetChecksum.finish(InternetChecksum.add(0, memory, start, (int) (length - start)));
    memory.set(Packets.U16, start + 6, (short) sum);
    assertTrue(frame.transportChecksumGood());
  }

  @Test
  void aLargeTcpSegmentUpTo64KiBIsWrittenWhole() {
    int length = Packets.tcp4(memory, 0, FLOW, 1, 0x10, 65_495, false);
    assertTrue(frame.parse(memory, 0, length));
    assertEquals(65_495, frame.payloadLength());
    assertTrue(frame.transportChecksumGood());
  }

  @Test
  void ipv6UdpChecksumsCoverTheAddresses() {
    byte[] from = HexFormat.of().parseHex("fd000000000000000000000000000001");
    byte[] to = HexFormat.of().parseHex("fd000000000000000000000000000002");
    Packets.ethernet(memory, 0, FLOW.destinationMac(), FLOW.sourceMac(), Packets.IPV6);
    Packets.ipv6(memory, 14, from, to, Packets.UDP, 28);
    Packets.udp(memory, 54, 5, 6, 28, Packets.pseudo6(memory, 14, Packets.UDP, 28), false);
    assertTrue(frame.parse(memory, 0, 82));
    assertEquals(20, frame.payloadLength());
    assertTrue(frame.transportChecksumGood());
    memory.set(ValueLayout.JAVA_BYTE, 14 + 8 + 15, (byte) 9);
    assertFalse(frame.transportChecksumGood());
  }

  @Test
  void echoAndArpAreParsedBack() {
    Stamp.write(memory, Packets.ECHO_PAYLOAD, 56, 5);
    int length = Packets.echo(memory, 0, FLOW, 8, 7, 5, 56);
    assertEquals(98, length);
    assertTrue(frame.parse(memory, 0, length));
    assertTrue(frame.transportChecksumGood());
    assertEquals(5, Stamp.check(memory, frame.payload(), frame.payloadLength()));
    int arp = Packets.arp(memory, 0, 1, FLOW.sourceMac(), FLOW.sourceIp(), 0, FLOW.destinationIp());
    assertEquals(42, arp);
    assertTrue(frame.parse(memory, 0, arp));
    assertEquals(Packets.BROADCAST, frame.destinationMac());
    assertEquals(FLOW.sourceIp(), frame.u32(frame.network() + 14));
    assertEquals(FLOW.destinationIp(), frame.u32(frame.network() + 24));
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 17, 23, 24, 25, 100, 1472})
  void aStampFindsEachWrongByte(int length) {
    Stamp.write(memory, 3, length, 123_456);
    assertEquals(123_456, Stamp.check(memory, 3, length));
    for (int i = 0; i < length; i++) {
      byte was = memory.get(ValueLayout.JAVA_BYTE, 3 + i);
      memory.set(ValueLayout.JAVA_BYTE, 3 + i, (byte) (was + 1));
      assertFalse(Stamp.check(memory, 3, length) == 123_456, "byte " + i);
      memory.set(ValueLayout.JAVA_BYTE, 3 + i, was);
    }
  }

  @Test
  void theNetHeaderIsWrittenAndReadInBothSizes() {
    NetHeader header = new NetHeader().checksum(34, 6).segment(NetHeader.GSO_TCPV4, 54, 1448);
    header.numBuffers = 3;
    header.write(memory, 1, NetHeader.MODERN);
    assertEquals(
        "01 01 36 00 a8 05 22 00 06 00 03 00",
        HexFormat.ofDelimiter(" ").formatHex(memory.asSlice(1, 12).toArray(ValueLayout.JAVA_BYTE)));
    NetHeader back = new NetHeader();
    back.read(memory, 1, NetHeader.MODERN);
    assertEquals(header.toString(), back.toString());
    back.read(memory, 1, NetHeader.LEGACY);
    assertEquals(1, back.numBuffers);
  }
}
