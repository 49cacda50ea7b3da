package org.vhostdp.driver.afxdp.program;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vhostdp.linux.Bpf;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;

/** Programs of others. */
final class XdpPrograms {
  private static final String HEAD =
      """
      #include <linux/bpf.h>
      #define SEC(name) __attribute__((section(name), used))
      #define __uint(name, val) int (*name)[val]
      #define __type(name, val) typeof(val) *name
      static long (*redirect)(void *, unsigned long long, unsigned long long) = (void *)51;
      struct {
        __uint(type, BPF_MAP_TYPE_XSKMAP);
        __uint(max_entries, 4);
        __type(key, int);
        __type(value, int);
      } %s SEC(".maps");
      char terms[] SEC("license") = "GPL";
      """;

  /** As an operator writes it. */
  static final String GOOD =
      HEAD.formatted("xsks_map")
          + """
          SEC("xdp") int operators(struct xdp_md *ctx) {
            return redirect(&xsks_map, ctx->rx_queue_index, XDP_PASS);
          }
          """;

  static final String NO_MAP =
      HEAD.formatted("sockets")
          + """
          SEC("xdp") int operators(struct xdp_md *ctx) {
            return redirect(&sockets, ctx->rx_queue_index, XDP_PASS);
          }
          """;

  static final String NO_XDP =
      HEAD.formatted("xsks_map")
          + """
          SEC("socket") int filter(struct __sk_buff *skb) { return 0; }
          """;

  /** Reads a frame without looking how long it is. */
  static final String REFUSED =
      HEAD.formatted("xsks_map")
          + """
          SEC("xdp") int operators(struct xdp_md *ctx) {
            char *data = (char *)(long)ctx->data;
            if (data[100])
              return XDP_PASS;
            return redirect(&xsks_map, ctx->rx_queue_index, XDP_PASS);
          }
          """;

  private XdpPrograms() {}

  /** Compiles with clang, or skips the test. */
  static Path compiled(Path folder, String name, String source) throws Exception {
    assumeTrue(XdpLab.has("clang", "--version"), "clang is not there to compile for BPF");
    Path text = Files.writeString(folder.resolve(name + ".c"), source);
    Path object = folder.resolve(name + ".o");
    String multiarch = "/usr/include/" + System.getProperty("os.arch").replace("amd64", "x86_64");
    XdpLab.run(
        "clang",
        "-O2",
        "-g",
        "-target",
        "bpf",
        "-I" + multiarch + "-linux-gnu",
        "-c",
        text.toString(),
        "-o",
        object.toString());
    return object;
  }

  /** {@code return XDP_PASS}, under a name that is not ours. */
  static Fd stranger() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment code = arena.allocateFrom(ValueLayout.JAVA_LONG, 0xB7L | 2L << 32, 0x95L);
      MemorySegment attr = arena.allocate(72, 8);
      attr.set(ValueLayout.JAVA_INT, 0, 6);
      attr.set(ValueLayout.JAVA_INT, 4, 2);
      attr.set(ValueLayout.JAVA_LONG, 8, code.address());
      attr.set(ValueLayout.JAVA_LONG, 16, arena.allocateFrom("GPL").address());
      attr.setString(48, "stranger");
      attr.set(ValueLayout.JAVA_INT, 68, 37);
      int fd = Bpf.call(5, attr);
      assertTrue(fd >= 0, () -> Errno.name(-fd));
      return Fd.of(fd);
    }
  }
}
