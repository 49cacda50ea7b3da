package org.vhostdp.driver.afxdp.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Map;
import org.vhostdp.driver.afxdp.generated.XdpKernel;
import org.vhostdp.driver.afxdp.generated.ethtool_flow_union;
import org.vhostdp.driver.afxdp.generated.ethtool_rx_flow_spec;
import org.vhostdp.driver.afxdp.generated.ethtool_rxnfc;
import org.vhostdp.driver.afxdp.generated.ethtool_tcpip4_spec;
import org.vhostdp.driver.afxdp.generated.ethtool_tcpip6_spec;
import org.vhostdp.driver.afxdp.generated.ethtool_usrip4_spec;
import org.vhostdp.driver.afxdp.generated.ethtool_usrip6_spec;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * One rule as {@code ethtool -N} writes it: {@code udp4 dst-ip 192.0.2.1 dst-port 4789 queue 3}.
 * The first word is tcp4, udp4, ip4, tcp6, udp6, ip6 or ether; then follow pairs of a field and its
 * value, and the queue.
 */
final class FlowRule {
  /** struct ethhdr: h_dest, h_source, h_proto. */
  private static final Map<String, Long> ETHER = Map.of("dst", 0L, "src", 6L, "proto", 12L);

  private static final Map<String, Long> PORTS4 =
      Map.of(
          "src-ip", ethtool_tcpip4_spec.ip4src$offset(),
          "dst-ip", ethtool_tcpip4_spec.ip4dst$offset(),
          "src-port", ethtool_tcpip4_spec.psrc$offset(),
          "dst-port", ethtool_tcpip4_spec.pdst$offset());

  private static final Map<String, Long> PORTS6 =
      Map.of(
          "src-ip", ethtool_tcpip6_spec.ip6src$offset(),
          "dst-ip", ethtool_tcpip6_spec.ip6dst$offset(),
          "src-port", ethtool_tcpip6_spec.psrc$offset(),
          "dst-port", ethtool_tcpip6_spec.pdst$offset());

  private static final Map<String, Long> ADDRESSES4 =
      Map.of(
          "src-ip", ethtool_usrip4_spec.ip4src$offset(),
          "dst-ip", ethtool_usrip4_spec.ip4dst$offset());

  private static final Map<String, Long> ADDRESSES6 =
      Map.of(
          "src-ip", ethtool_usrip6_spec.ip6src$offset(),
          "dst-ip", ethtool_usrip6_spec.ip6dst$offset());

  /** {@code usr_ip4_spec.ip_ver} of the kernel must say that this is version 4. */
  private static final byte RX_NFC_IP4 = 1;

  private static final int PORT = 0xffff;

  /** Where the fields of a kind of flow are, by the kind's word. */
  private record Kind(int type, Map<String, Long> fields, boolean six) {
    static Kind of(String word) {
      return switch (word) {
        case "tcp4" -> new Kind(XdpKernel.TCP_V4_FLOW(), PORTS4, false);
        case "udp4" -> new Kind(XdpKernel.UDP_V4_FLOW(), PORTS4, false);
        case "tcp6" -> new Kind(XdpKernel.TCP_V6_FLOW(), PORTS6, true);
        case "udp6" -> new Kind(XdpKernel.UDP_V6_FLOW(), PORTS6, true);
        case "ip4" -> new Kind(XdpKernel.IPV4_USER_FLOW(), ADDRESSES4, false);
        case "ip6" -> new Kind(XdpKernel.IPV6_USER_FLOW(), ADDRESSES6, true);
        case "ether" -> new Kind(XdpKernel.ETHER_FLOW(), ETHER, false);
        default -> null;
      };
    }
  }

  private final String text;
  private final Kind kind;
  private final String[] words;
  private final int queue;

  private FlowRule(String text, Kind kind, String[] words, int queue) {
    this.text = text;
    this.kind = kind;
    this.words = words;
    this.queue = queue;
  }

  /**
   * Reads a rule.
   *
   * @throws DriverException CONFIGURATION if it is none
   */
  static FlowRule of(String text) throws DriverException {
    String[] words = text.strip().split("\\s+");
    Kind kind = Kind.of(words[0]);
    if (kind == null
        || words.length % 2 == 0
        || !words[words.length == 1 ? 0 : words.length - 2].equals("queue")) {
      throw wrong(text, "it is a kind of flow, fields with their values, and at last a queue");
    }
    FlowRule rule = new FlowRule(text, kind, words, number(text, words[words.length - 1], 4095));
    try (Arena arena = Arena.ofConfined()) {
      rule.request(arena, 0);
    }
    return rule;
  }

  /** {@code struct ethtool_rxnfc} that puts the rule to a place in the interface's table. */
  MemorySegment request(Arena arena, int location) throws DriverException {
    MemorySegment request = ethtool_rxnfc.allocate(arena);
    ethtool_rxnfc.cmd(request, XdpKernel.ETHTOOL_SRXCLSRLINS());
    MemorySegment flow = ethtool_rxnfc.fs(request);
    ethtool_rx_flow_spec.flow_type(flow, kind.type);
    ethtool_rx_flow_spec.ring_cookie(flow, queue);
    ethtool_rx_flow_spec.location(flow, location);
    MemorySegment values = ethtool_rx_flow_spec.h_u(flow);
    MemorySegment masks = ethtool_rx_flow_spec.m_u(flow);
    if (kind.type == XdpKernel.IPV4_USER_FLOW()) {
      ethtool_usrip4_spec.ip_ver(ethtool_flow_union.usr_ip4_spec(values), RX_NFC_IP4);
    }
    for (int i = 1; i < words.length - 2; i += 2) {
      Long offset = kind.fields.get(words[i]);
      if (offset == null) {
        throw wrong(text, "a flow of kind " + words[0] + " has no field \"" + words[i] + "\"");
      }
      byte[] value = value(words[i], words[i + 1]);
      MemorySegment.copy(value, 0, values, ValueLayout.JAVA_BYTE, offset, value.length);
      masks.asSlice(offset, value.length).fill((byte) 0xff);
    }
    return request;
  }

  /** A field as it stands in a frame. */
  private byte[] value(String field, String word) throws DriverException {
    return switch (field) {
      case "src-ip", "dst-ip" -> address(word);
      case "src", "dst" -> mac(word);
      default -> {
        int number = number(text, word, PORT);
        yield new byte[] {(byte) (number >> 8), (byte) number};
      }
    };
  }

  private byte[] address(String word) throws DriverException {
    try {
      InetAddress address = kind.six ? Inet6Address.ofLiteral(word) : Inet4Address.ofLiteral(word);
      return address.getAddress();
    } catch (IllegalArgumentException e) {
      throw wrong(text, "\"" + word + "\" is no IPv" + (kind.six ? 6 : 4) + " address");
    }
  }

  private byte[] mac(String word) throws DriverException {
    try {
      byte[] mac = HexFormat.ofDelimiter(":").parseHex(word);
      if (mac.length == 6) {
        return mac;
      }
    } catch (IllegalArgumentException e) {
      throw wrong(text, "\"" + word + "\" is no MAC address");
    }
    throw wrong(text, "\"" + word + "\" is no MAC address");
  }

  private static int number(String text, String word, int most) throws DriverException {
    try {
      int number = Integer.decode(word);
      if (number >= 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw wrong(text, "\"" + word + "\" is no number");
    }
    throw wrong(text, "\"" + word + "\" is not between 0 and " + most);
  }

  private static DriverException wrong(String text, String why) {
    return new DriverException(
        Reason.CONFIGURATION,
        "\"" + text + "\" is no flow rule: " + why + ".",
        "Write it like \"udp4 dst-ip 192.0.2.1 dst-port 4789 queue 3\".");
  }

  @Override
  public String toString() {
    return text;
  }
}
