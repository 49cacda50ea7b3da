package org.vhostdp.driver.dpdk.feature;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.dpdk.feature.FlowRule.Item;
import org.vhostdp.driver.dpdk.feature.generated.Features;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * Reads the key {@code flow}: rules separated by semicolons, each of them headers with fields, then
 * {@code queue N} or {@code drop}, such as {@code ipv4 dst 192.0.2.1 udp dst 5000 queue 2}.
 *
 * <pre>
 * eth  [src MAC] [dst MAC]      ipv4 [src ADDRESS[/BITS]] [dst ADDRESS[/BITS]]     tcp [src PORT] [dst PORT]
 * vlan [id NUMBER]              ipv6 [src ADDRESS[/BITS]] [dst ADDRESS[/BITS]]     udp [src PORT] [dst PORT]
 * </pre>
 */
final class FlowText {
  private static final String FORM =
      "Write rules such as \"ipv4 dst 192.0.2.1 udp dst 5000 queue 2\", separated by semicolons.";

  private final FlowRule rule;
  private final String[] words;
  private int next;

  private FlowText(String text) {
    rule = new FlowRule(text);
    words = text.split("\\s+");
  }

  /**
   * Reads all rules.
   *
   * @param text may be empty
   * @throws DriverException naming the rule that cannot be read, and the word
   */
  static List<FlowRule> read(String text) throws DriverException {
    List<FlowRule> rules = new ArrayList<>();
    for (String part : text.split(";")) {
      if (!part.isBlank()) {
        rules.add(new FlowText(part.strip()).rule());
      }
    }
    return rules;
  }

  private FlowRule rule() throws DriverException {
    if (!words[0].equals("eth")) {
      // Devices want the pattern to begin there.
      item(Features.RTE_FLOW_ITEM_TYPE_ETH(), 20);
    }
    while (true) {
      String word = take("a header, queue or drop");
      switch (word) {
        case "eth" -> mac(item(Features.RTE_FLOW_ITEM_TYPE_ETH(), 20));
        case "vlan" -> tag(item(Features.RTE_FLOW_ITEM_TYPE_VLAN(), 8));
        case "ipv4" -> addresses(item(Features.RTE_FLOW_ITEM_TYPE_IPV4(), 20), 12, 4);
        case "ipv6" -> addresses(item(Features.RTE_FLOW_ITEM_TYPE_IPV6(), 44), 8, 16);
        case "tcp" -> ports(item(Features.RTE_FLOW_ITEM_TYPE_TCP(), 20));
        case "udp" -> ports(item(Features.RTE_FLOW_ITEM_TYPE_UDP(), 8));
        case "queue" -> {
          return end(number("a queue", 0xFFFE));
        }
        case "drop" -> {
          return end(FlowRule.DROP);
        }
        default -> throw wrong("\"" + word + "\" is no header, and neither queue nor drop");
      }
    }
  }

  private FlowRule end(int queue) throws DriverException {
    if (next < words.length) {
      throw wrong("\"" + words[next] + "\" stands behind its end");
    }
    rule.to(queue);
    return rule;
  }

  private Item item(int type, int bytes) {
    Item item = new Item(type, new byte[bytes], new byte[bytes]);
    rule.items().add(item);
    return item;
  }

  private void mac(Item item) throws DriverException {
    String field;
    while ((field = field("src", "dst")) != null) {
      String word = take("a MAC address");
      if (!word.matches("(?i)([0-9a-f]{2}:){5}[0-9a-f]{2}")) {
        throw wrong("\"" + word + "\" is not a MAC address");
      }
      byte[] mac = new byte[6];
      for (int i = 0; i < 6; i++) {
        mac[i] = (byte) Integer.parseInt(word.substring(3 * i, 3 * i + 2), 16);
      }
      put(item, field.equals("dst") ? 0 : 6, mac, 48);
    }
  }

  private void tag(Item item) throws DriverException {
    while (field("id", "id") != null) {
      int id = number("a VLAN", 4094);
      item.spec()[0] = (byte) (id >>> 8);
      item.spec()[1] = (byte) id;
      item.mask()[0] = 0x0F;
      item.mask()[1] = (byte) 0xFF;
    }
  }

  private void addresses(Item item, int at, int bytes) throws DriverException {
    String field;
    while ((field = field("src", "dst")) != null) {
      String word = take("an address");
      int slash = word.indexOf('/');
      int bits = slash < 0 ? 8 * bytes : bits(word.substring(slash + 1), 8 * bytes);
      byte[] address = address(slash < 0 ? word : word.substring(0, slash), bytes);
      put(item, field.equals("src") ? at : at + bytes, address, bits);
    }
  }

  private byte[] address(String word, int bytes) throws DriverException {
    // Digits, dots and colons only: nothing that a resolver would be asked about.
    String form = bytes == 4 ? "[0-9]+(\\.[0-9]+){3}" : "[0-9a-fA-F.]*:[0-9a-fA-F.:]*";
    if (word.matches(form)) {
      try {
        byte[] address = InetAddress.getByName(word).getAddress();
        if (address.length == bytes) {
          return address;
        }
      } catch (UnknownHostException e) {
        throw wrong("\"" + word + "\" is not an address");
      }
    }
    throw wrong("\"" + word + "\" is not an address of IPv" + (bytes == 4 ? 4 : 6));
  }

  private void ports(Item item) throws DriverException {
    String field;
    while ((field = field("src", "dst")) != null) {
      int port = number("a port", 0xFFFF);
      put(item, field.equals("src") ? 0 : 2, new byte[] {(byte) (port >>> 8), (byte) port}, 16);
    }
  }

  private static void put(Item item, int at, byte[] value, int bits) {
    for (int i = 0; i < value.length; i++) {
      int ones = Math.clamp(bits - 8L * i, 0, 8);
      int mask = 0xFF00 >>> ones & 0xFF;
      item.mask()[at + i] = (byte) mask;
      item.spec()[at + i] = (byte) (value[i] & mask);
    }
  }

  /** The next word if it is one of these fields, and null if it is not. */
  private String field(String one, String other) {
    boolean is = next < words.length && (words[next].equals(one) || words[next].equals(other));
    return is ? words[next++] : null;
  }

  private String take(String what) throws DriverException {
    if (next == words.length) {
      throw wrong("it lacks " + what);
    }
    return words[next++];
  }

  private int number(String what, int most) throws DriverException {
    return bounded(take(what), what, most);
  }

  private int bits(String word, int most) throws DriverException {
    return bounded(word, "a number of bits", most);
  }

  private int bounded(String word, String what, int most) throws DriverException {
    if (!word.matches("\\d{1,6}") || Integer.parseInt(word) > most) {
      throw wrong("\"" + word + "\" is not " + what + " from 0 to " + most);
    }
    return Integer.parseInt(word);
  }

  private DriverException wrong(String why) {
    return new DriverException(
        Reason.CONFIGURATION,
        "In the key \"flow\", the rule \"" + rule.text() + "\" cannot be read: " + why + ".",
        FORM);
  }
}
