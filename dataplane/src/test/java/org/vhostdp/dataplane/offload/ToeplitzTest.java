package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hash equals the published examples, and the definition bit by bit. */
class ToeplitzTest {
  /** The key of "Verifying the RSS Hash Calculation" (Microsoft). */
  private static final byte[] KEY =
      HexFormat.of()
          .parseHex(
              "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa");

  /** Bytes before the addresses and before the ports: nothing is aligned. */
  private static final int GAP = 3;

  @ParameterizedTest
  @CsvSource({
    "161.142.100.80, 1766, 66.9.149.187, 2794, 323e8fc2, 51ccc178",
    "65.69.140.83, 4739, 199.92.111.2, 14230, d718262a, c626b0ea",
    "12.22.207.184, 38024, 24.19.198.95, 12898, d2d0a5de, 5c2b394a",
    "209.142.163.6, 2217, 38.27.205.30, 48228, 82989176, afc7327f",
    "202.188.127.2, 1303, 153.39.163.191, 44251, 5d1809c5, 10e828a2",
    "3ffe:2501:200:3::1, 1766, 3ffe:2501:200:1fff::7, 2794, 2cc18cd5, 40207d3d",
    "ff02::1, 4739, 3ffe:501:8::260:97ff:fe40:efab, 14230, 0f0c461c, dde51bbf",
    "fe80::200:f8ff:fe21:67cf, 38024, 3ffe:1900:4545:3:200:f8ff:fe21:67cf, 44251, 4b61e985,"
        + " 02d1feef"
  })
  void thePublishedExamples(
      String destination,
      int destinationPort,
      String source,
      int sourcePort,
      String addresses,
      String withPorts)
      throws Exception {
    byte[] from = InetAddress.getByName(source).getAddress();
    byte[] to = InetAddress.getByName(destination).getAddress();
    ByteBuffer input = ByteBuffer.allocate(2 * from.length + 4).put(from).put(to);
    input.putShort((short) sourcePort).putShort((short) destinationPort);
    assertHashes(
        new Toeplitz(KEY),
        input.array(),
        HexFormat.fromHexDigits(addresses),
        HexFormat.fromHexDigits(withPorts));
  }

  @Property
  void everyKeyHashesByTheDefinition(
      @ForAll @Size(max = 60) byte[] key, @ForAll @Size(36) byte[] input) {
    byte[] ipv4 = Arrays.copyOf(input, 12);
    Toeplitz toeplitz = new Toeplitz(key);
    assertHashes(toeplitz, ipv4, bitByBit(key, ipv4, 8), bitByBit(key, ipv4, 12));
    assertHashes(toeplitz, input, bitByBit(key, input, 32), bitByBit(key, input, 36));
  }

  @Test
  void anAddressOfAnExtensionHeaderTakesThePlaceOfTheOther() {
    Toeplitz toeplitz = new Toeplitz(KEY);
    byte[] input = new byte[36];
    for (int i = 0; i < input.length; i++) {
      input[i] = (byte) (7 * i);
    }
    MemorySegment frame = Arena.ofAuto().allocate(200);
    MemorySegment bytes = MemorySegment.ofArray(input);
    MemorySegment.copy(bytes, 0, frame, 150, 16);
    MemorySegment.copy(bytes, 16, frame, 20, 16);
    MemorySegment.copy(bytes, 32, frame, 180, 4);
    assertEquals(bitByBit(KEY, input, 32), toeplitz.ipv6Ex(frame, 150, 20));
    assertEquals(bitByBit(KEY, input, 36), toeplitz.ipv6Ex(frame, 150, 20, 180));
  }

  /** The key and the input as rows of bits. */
  private static int bitByBit(byte[] key, byte[] input, int length) {
    int hash = 0;
    for (int bit = 0; bit < 8 * length; bit++) {
      for (int k = 0; k < 32 && bit(input, bit) == 1; k++) {
        hash ^= bit(key, bit + k) << 31 - k;
      }
    }
    return hash;
  }

  private static int bit(byte[] bytes, int bit) {
    return bit / 8 < bytes.length ? bytes[bit / 8] >> 7 - bit % 8 & 1 : 0;
  }

  private static void assertHashes(Toeplitz toeplitz, byte[] input, int addresses, int withPorts) {
    int n = input.length - 4;
    MemorySegment frame = Arena.ofAuto().allocate(GAP + n + GAP + 4);
    MemorySegment bytes = MemorySegment.ofArray(input);
    MemorySegment.copy(bytes, 0, frame, GAP, n);
    MemorySegment.copy(bytes, n, frame, GAP + n + GAP, 4);
    int ports = GAP + n + GAP;
    boolean version6 = n == 32;
    assertEquals(addresses, version6 ? toeplitz.ipv6(frame, GAP) : toeplitz.ipv4(frame, GAP));
    assertEquals(
        withPorts, version6 ? toeplitz.ipv6(frame, GAP, ports) : toeplitz.ipv4(frame, GAP, ports));
  }
}
