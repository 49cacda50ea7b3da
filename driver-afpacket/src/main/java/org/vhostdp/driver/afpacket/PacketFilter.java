package org.vhostdp.driver.afpacket;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.driver.afpacket.generated.sock_fprog;
import org.vhostdp.spi.DriverException;

/**
 * A classic BPF program that says which frames a socket receives (linux/filter.h), as {@code
 * tcpdump -ddd} prints it: the number of instructions, then code, jt, jf and k of each, in decimal.
 */
final class PacketFilter {
  /** Receives nothing: while the sockets of a group are not all there. BPF_RET | BPF_K, 0. */
  static final PacketFilter NOTHING = new PacketFilter(new long[] {6, 0, 0, 0});

  /**
   * Loads the frame's type (BPF_LD | BPF_B | BPF_ABS at SKF_AD_OFF + SKF_AD_PKTTYPE), goes on past
   * the next if it is not PACKET_OUTGOING, and receives nothing.
   */
  private static final long[] INCOMING = {
    0x30, 0, 0, 0xFFFFF004L, 0x15, 0, 1, 4, 0x06, 0, 0, 0,
  };

  /** Receives all of a frame. */
  private static final long[] EVERYTHING = {0x06, 0, 0, 0x40000};

  /** BPF_MAXINSNS of linux/bpf_common.h. */
  private static final int MOST = 4096;

  private static final int FIELDS = 4;

  /** Bytes of struct sock_filter: code 16 bits, jt and jf 8 each, k 32. */
  private static final int SIZE = 8;

  private final long[] numbers;

  private PacketFilter(long[] numbers) {
    this.numbers = numbers;
  }

  /**
   * Reads a program, or the file that holds it.
   *
   * @throws DriverException if it is neither
   */
  static PacketFilter of(String text) throws DriverException {
    return parse(text.startsWith("/") ? file(Path.of(text)) : text);
  }

  /** The same for frames that come in, and none of those that this host sends. */
  static PacketFilter incoming(PacketFilter filter) {
    long[] rest = filter == null ? EVERYTHING : filter.numbers;
    long[] all = Arrays.copyOf(INCOMING, INCOMING.length + rest.length);
    System.arraycopy(rest, 0, all, INCOMING.length, rest.length);
    return new PacketFilter(all);
  }

  private static String file(Path path) throws DriverException {
    try {
      return Files.readString(path, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw PacketOptions.wrong(
          "The key \"filter\" names " + path + ", which cannot be read.",
          "Write it with \"tcpdump -ddd EXPRESSION > " + path + "\", as readable text.");
    }
  }

  private static PacketFilter parse(String text) throws DriverException {
    String[] words = text.strip().split("[\\s,;]+");
    boolean digits = Arrays.stream(words).allMatch(word -> word.matches("\\d{1,10}"));
    long count = digits ? Long.parseLong(words[0]) : 0;
    if (count < 1 || count > MOST || words.length != 1 + FIELDS * count) {
      throw malformed(digits ? "does not hold as many instructions as it says" : "is no program");
    }
    long[] numbers = new long[words.length - 1];
    long[] most = {0xFFFF, 0xFF, 0xFF, 0xFFFFFFFFL};
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Long.parseLong(words[i + 1]);
      if (numbers[i] > most[i % FIELDS]) {
        throw malformed("has a number out of range, " + numbers[i]);
      }
    }
    return new PacketFilter(numbers);
  }

  private static DriverException malformed(String why) {
    return PacketOptions.wrong(
        "The key \"filter\" " + why + ".",
        "Use what \"tcpdump -ddd EXPRESSION\" prints: a count, then four decimal numbers for each"
            + " instruction; lines may be joined by commas.");
  }

  /** Attaches it to a socket in place of any other; 0 or -errno. */
  int attach(int fd) {
    int count = numbers.length / FIELDS;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment code = arena.allocate((long) SIZE * count, SIZE);
      for (int i = 0; i < count; i++) {
        int n = FIELDS * i;
        long at = (long) SIZE * i;
        code.set(ValueLayout.JAVA_SHORT, at, (short) numbers[n]);
        code.set(ValueLayout.JAVA_BYTE, at + 2, (byte) numbers[n + 1]);
        code.set(ValueLayout.JAVA_BYTE, at + 3, (byte) numbers[n + 2]);
        code.set(ValueLayout.JAVA_INT, at + 4, (int) numbers[n + 3]);
      }
      MemorySegment program = sock_fprog.allocate(arena);
      sock_fprog.len(program, (short) count);
      sock_fprog.filter(program, code);
      return PacketCalls.set(fd, Packet.SOL_SOCKET(), Packet.SO_ATTACH_FILTER(), program);
    }
  }

  /** Lets a socket receive everything again; 0 or -errno. */
  static int detach(int fd) {
    return PacketCalls.set(fd, Packet.SOL_SOCKET(), Packet.SO_DETACH_FILTER(), 0);
  }
}
