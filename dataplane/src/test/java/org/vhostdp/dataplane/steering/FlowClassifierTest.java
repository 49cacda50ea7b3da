package org.vhostdp.dataplane.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.vhostdp.dataplane.steering.Packets.address;
import static org.vhostdp.dataplane.steering.Packets.ethernet;
import static org.vhostdp.dataplane.steering.Packets.extension;
import static org.vhostdp.dataplane.steering.Packets.ipv4;
import static org.vhostdp.dataplane.steering.Packets.ipv6;
import static org.vhostdp.dataplane.steering.Packets.join;
import static org.vhostdp.dataplane.steering.Packets.ports;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.dataplane.offload.Toeplitz;
import org.vhostdp.spi.Steering;

/** Frames are told apart as the virtio specification says. */
class FlowClassifierTest {
  /** The key of "Verifying the RSS Hash Calculation" (Microsoft). */
  static final byte[] KEY =
      HexFormat.of()
          .parseHex(
              "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa");

  private static final Toeplitz TOEPLITZ = new Toeplitz(KEY);
  private static final byte[] A = address("2001:db8::a");
  private static final byte[] B = address("2001:db8::b");
  private static final byte[] HOME = address("2001:db8:1::1");
  private static final byte[] LAST = address("2001:db8:2::2");

  private final FlowClassifier classifier = new FlowClassifier();

  private int type(byte[] frame, int types) {
    classifier.read(MemorySegment.ofArray(frame), 0, frame.length);
    return classifier.scale(types, TOEPLITZ);
  }

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
  void thePublishedExamplesInFrames(
      String destination, int to, String source, int from, String addresses, String withPorts) {
    byte[] s = address(source);
    byte[] d = address(destination);
    boolean four = s.length == 4;
    int bare = HexFormat.fromHexDigits(addresses);
    int whole = HexFormat.fromHexDigits(withPorts);
    for (int protocol : new int[] {Packets.TCP, Packets.UDP}) {
      byte[] payload = ports(from, to, 16);
      byte[] frame =
          four
              ? ethernet(0x0800, ipv4(protocol, s, d, 0, 8, payload), 0x8100)
              : ethernet(0x86DD, ipv6(protocol, s, d, payload), 0x88A8, 0x8100);
      int best =
          four
              ? protocol == Packets.TCP ? Steering.HASH_TCP4 : Steering.HASH_UDP4
              : protocol == Packets.TCP ? Steering.HASH_TCP6 : Steering.HASH_UDP6;
      int last = four ? Steering.HASH_IPV4 : Steering.HASH_IPV6;
      assertEquals(best, type(frame, RssSetting.TYPES));
      assertEquals(whole, classifier.hash());
      assertEquals(last, type(frame, RssSetting.TYPES & ~best));
      assertEquals(bare, classifier.hash());
      assertEquals(0, type(frame, RssSetting.TYPES & ~best & ~last));
      assertEquals(0, classifier.hash());
    }
  }

  @Test
  void fragmentsHaveAddressesOnly() {
    for (int fragment : new int[] {0x2000, 1, 0x1FFF}) {
      byte[] frame =
          ethernet(
              0x0800,
              ipv4(
                  Packets.UDP,
                  address("10.0.0.1"),
                  address("10.0.0.2"),
                  fragment,
                  0,
                  ports(1, 2, 8)));
      assertEquals(Steering.HASH_IPV4, type(frame, RssSetting.TYPES));
      assertEquals(-1, classifier.port(false));
    }
    byte[] dontFragment =
        ethernet(
            0x0800,
            ipv4(Packets.UDP, address("10.0.0.1"), address("10.0.0.2"), 0x4000, 0, ports(1, 2, 8)));
    assertEquals(Steering.HASH_UDP4, type(dontFragment, RssSetting.TYPES));
    byte[] six =
        ethernet(0x86DD, ipv6(44, A, B, extension(Packets.TCP, 1, new byte[6], ports(1, 2, 16))));
    assertEquals(RssSetting.IP_EX, type(six, RssSetting.TYPES));
    assertEquals(Steering.HASH_IPV6, type(six, RssSetting.TYPES & ~RssSetting.IP_EX));
  }

  @Test
  void addressesOfExtensionHeadersCountForTheirTypesOnly() {
    byte[] tcp = ports(1000, 2000, 16);
    byte[] route = join(new byte[] {2, 1, 0, 0, 0, 0}, LAST);
    byte[] home = join(new byte[] {1, 2, 0, 0, (byte) 0xC9, 16}, HOME);
    byte[] options = extension(43, 3, home, extension(Packets.TCP, 3, route, tcp));
    byte[] frame = ethernet(0x86DD, ipv6(60, A, B, options));
    byte[] p = Arrays.copyOf(tcp, 4);

    assertEquals(RssSetting.TCP_EX, type(frame, RssSetting.TYPES));
    assertEquals(SlowFlow.toeplitz(KEY, join(HOME, LAST, p)), classifier.hash());
    assertEquals(RssSetting.IP_EX, type(frame, RssSetting.TYPES & ~RssSetting.TCP_EX));
    assertEquals(SlowFlow.toeplitz(KEY, join(HOME, LAST)), classifier.hash());
    assertEquals(Steering.HASH_TCP6, type(frame, 63));
    assertEquals(SlowFlow.toeplitz(KEY, join(A, B, p)), classifier.hash());
  }

  @Test
  void withoutExtensionHeadersTheirTypesDoNotCount() {
    byte[] frame = ethernet(0x86DD, ipv6(Packets.UDP, A, B, ports(1, 2, 8)));
    assertEquals(0, type(frame, RssSetting.IP_EX | RssSetting.TCP_EX | RssSetting.UDP_EX));
    assertEquals(Steering.HASH_UDP6, type(frame, RssSetting.TYPES));
  }

  @Test
  void bothDirectionsOfAFlowHaveOneSymmetricHash() {
    byte[] there = Packets.flow(Packets.TCP, "10.0.0.1", 80, "10.0.0.2", 4000, 1);
    byte[] back = Packets.flow(Packets.TCP, "10.0.0.2", 4000, "10.0.0.1", 80, 2);
    byte[] other = Packets.flow(Packets.TCP, "10.0.0.2", 80, "10.0.0.1", 4000, 2);
    assertEquals(symmetric(there), symmetric(back));
    assertNotEquals(symmetric(there), symmetric(other));
    assertEquals(0, symmetric(ethernet(0x0806, new byte[28])));
  }

  private int symmetric(byte[] frame) {
    classifier.read(MemorySegment.ofArray(frame), 0, frame.length);
    return classifier.symmetric();
  }
}
