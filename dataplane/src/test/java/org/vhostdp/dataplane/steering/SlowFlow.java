package org.vhostdp.dataplane.steering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The hash of virtio 1.3, 5.1.6.4.3 in other words: the frame is peeled like an onion, the hash is
 * computed bit by bit. Slow, and written without a look at the fast one.
 */
final class SlowFlow {
  private SlowFlow() {}

  /** The type's bit and the hash, or zeros. */
  record Answer(int type, int hash) {}

  private static final class Peeled {
    int version;
    byte[] source;
    byte[] destination;
    byte[] home;
    byte[] route;
    boolean extended;
    byte[] ports;
    String transport = "";
  }

  static Answer of(byte[] frame, int types, byte[] key) {
    Peeled p = peel(frame);
    for (String name : candidates(p)) {
      int bit =
          List.of("IPv4", "TCPv4", "UDPv4", "IPv6", "TCPv6", "UDPv6", "IPex", "TCPex", "UDPex")
              .indexOf(name);
      if ((types >> bit & 1) == 1) {
        boolean ex = name.endsWith("ex");
        byte[] input =
            Packets.join(
                ex ? p.home : p.source,
                ex ? p.route : p.destination,
                name.startsWith("IP") ? new byte[0] : p.ports);
        return new Answer(1 << bit, toeplitz(key, input));
      }
    }
    return new Answer(0, 0);
  }

  private static List<String> candidates(Peeled p) {
    List<String> out = new ArrayList<>();
    if (p.version == 4) {
      if (!p.transport.isEmpty()) {
        out.add(p.transport + "v4");
      }
      out.add("IPv4");
    } else if (p.version == 6) {
      if (p.extended) {
        if (!p.transport.isEmpty()) {
          out.add(p.transport + "ex");
        }
        out.add("IPex");
      }
      if (!p.transport.isEmpty()) {
        out.add(p.transport + "v6");
      }
      out.add("IPv6");
    }
    return out;
  }

  private static int u(byte[] bytes, int i) {
    return bytes[i] & 0xFF;
  }

  private static byte[] rest(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, Math.min(from, bytes.length), bytes.length);
  }

  private static Peeled peel(byte[] frame) {
    Peeled p = new Peeled();
    byte[] left = rest(frame, 12);
    for (int tags = 0; left.length >= 2; tags++) {
      int type = u(left, 0) << 8 | u(left, 1);
      if ((type == 0x8100 || type == 0x88A8) && tags < 2) {
        left = rest(left, 4);
        continue;
      }
      if (type == 0x0800) {
        four(p, rest(left, 2));
      } else if (type == 0x86DD) {
        six(p, rest(left, 2));
      }
      return p;
    }
    return p;
  }

  private static void four(Peeled p, byte[] ip) {
    if (ip.length < 20 || u(ip, 0) / 16 != 4 || u(ip, 0) % 16 < 5) {
      return;
    }
    p.version = 4;
    p.source = Arrays.copyOfRange(ip, 12, 16);
    p.destination = Arrays.copyOfRange(ip, 16, 20);
    boolean more = (u(ip, 6) & 0x20) != 0;
    int offset = (u(ip, 6) & 0x1F) << 8 | u(ip, 7);
    if (!more && offset == 0) {
      transport(p, u(ip, 9), rest(ip, u(ip, 0) % 16 * 4));
    }
  }

  private static void six(Peeled p, byte[] ip) {
    if (ip.length < 40 || u(ip, 0) / 16 != 6) {
      return;
    }
    p.version = 6;
    p.source = Arrays.copyOfRange(ip, 8, 24);
    p.destination = Arrays.copyOfRange(ip, 24, 40);
    p.home = p.source;
    p.route = p.destination;
    int next = u(ip, 6);
    byte[] left = rest(ip, 40);
    int gone = 0;
    while (List.of(0, 43, 44, 51, 60).contains(next)) {
      p.extended = true;
      if (next == 44 || gone++ == 16 || left.length < 8) {
        return;
      }
      int bytes = next == 51 ? 4 * u(left, 1) + 8 : 8 * u(left, 1) + 8;
      if (left.length < bytes) {
        return;
      }
      byte[] header = Arrays.copyOf(left, bytes);
      if (next == 43 && bytes == 24 && u(header, 2) == 2) {
        p.route = Arrays.copyOfRange(header, 8, 24);
      }
      if (next == 60) {
        options(p, rest(header, 2));
      }
      next = u(header, 0);
      left = rest(left, bytes);
    }
    transport(p, next, left);
  }

  private static void options(Peeled p, byte[] options) {
    byte[] left = options;
    while (left.length >= 2) {
      if (u(left, 0) == 0) {
        left = rest(left, 1);
        continue;
      }
      int data = u(left, 1);
      if (u(left, 0) == 0xC9 && data == 16 && left.length >= 18) {
        p.home = Arrays.copyOfRange(left, 2, 18);
        return;
      }
      left = rest(left, 2 + data);
    }
  }

  private static void transport(Peeled p, int number, byte[] left) {
    if (left.length >= 4 && (number == 6 || number == 17)) {
      p.transport = number == 6 ? "TCP" : "UDP";
      p.ports = Arrays.copyOf(left, 4);
    }
  }

  static int toeplitz(byte[] key, byte[] input) {
    int hash = 0;
    for (int bit = 0; bit < 8 * input.length; bit++) {
      for (int k = 0; k < 32 && bit(input, bit) == 1; k++) {
        hash ^= bit(key, bit + k) << 31 - k;
      }
    }
    return hash;
  }

  private static int bit(byte[] bytes, int bit) {
    return bit / 8 < bytes.length ? bytes[bit / 8] >> 7 - bit % 8 & 1 : 0;
  }
}
