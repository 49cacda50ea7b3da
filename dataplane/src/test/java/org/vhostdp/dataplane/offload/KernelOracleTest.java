package org.vhostdp.dataplane.offload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.linux.Capability;
import org.vhostdp.spi.Offload;

/** The same frames through the kernel and through {@link SoftTx} give the same bytes. */
class KernelOracleTest {
  private static final Path TSHARK = Path.of("/usr/bin/tshark");
  private static final byte[] ADDRESSES = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
  private static final byte NO_OPERATION = 1;

  /** Hop-by-hop and destination options of nothing but padding, behind type and length. */
  private static final byte[] PADDING = {1, 4, 0, 0, 0, 0};

  @TempDir Path folder;

  private static List<SoftTxBed.Asked> stream() {
    List<SoftTxBed.Asked> frames = new ArrayList<>();
    Random random = new Random(11);
    for (int tags = 0; tags < 3; tags++) {
      for (boolean version6 : new boolean[] {false, true}) {
        for (boolean tcp : new boolean[] {true, false}) {
          for (int extra = 0; extra < 3; extra++) {
            int flags = LargeFrame.ACK | (extra == 1 ? LargeFrame.PSH | LargeFrame.FIN : 0);
            flags |= extra == 2 ? LargeFrame.CWR : 0;
            int options = 3 * extra;
            int payload = 2000 + random.nextInt(tcp ? 60_000 : 30_000);
            var large = new LargeFrame(tags, version6, tcp, extra, options, flags, payload);
            frames.add(tidy(large, SoftTxBed.large(large, random.nextLong())));
            var small =
                new LargeFrame(tags, version6, tcp, extra, options, flags, random.nextInt(1200));
            frames.add(tidy(small, SoftTxBed.open(small, random.nextLong())));
          }
        }
      }
    }
    return frames;
  }

  /** Addresses a bridge forwards, options and lengths that a dissector accepts. */
  private static SoftTxBed.Asked tidy(LargeFrame headers, SoftTxBed.Asked frame) {
    byte[] bytes = frame.bytes();
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    System.arraycopy(ADDRESSES, 0, bytes, 0, ADDRESSES.length);
    int ip = headers.ip();
    int transport = headers.transport();
    if (headers.version6()) {
      buffer.putShort(ip + 4, (short) (bytes.length - ip - 40));
      for (int at = ip + 40; at < transport; at += 8) {
        System.arraycopy(PADDING, 0, bytes, at + 2, PADDING.length);
      }
    } else {
      Arrays.fill(bytes, ip + 20, transport, NO_OPERATION);
      buffer.putShort(ip + 2, (short) (bytes.length - ip));
      buffer.putShort(ip + 10, (short) 0);
      buffer.putShort(ip + 10, (short) ~PlainChecksum.sum(bytes, ip, transport - ip));
    }
    if (headers.tcp()) {
      Arrays.fill(bytes, transport + 20, headers.headers(), NO_OPERATION);
    } else {
      buffer.putShort(transport + 4, (short) (bytes.length - transport));
    }
    return frame;
  }

  private static List<byte[]> soft(SoftTxBed.Asked frame) {
    SoftTxBed bed = new SoftTxBed(SoftTxBed.plainDriver(0));
    bed.send(List.of(frame));
    return bed.driver.sent.stream().map(StrictTx.Sent::bytes).toList();
  }

  @Test
  void theKernelMakesTheSameFrames() throws Exception {
    assumeTrue(Capability.has(Capability.CAP_SYS_ADMIN), "needs CAP_SYS_ADMIN for a namespace");
    assumeTrue(Files.exists(Path.of("/dev/net/tun")), "there is no /dev/net/tun here");
    Set<Integer> kinds = new HashSet<>();
    try (KernelSegments kernel = new KernelSegments()) {
      for (SoftTxBed.Asked frame : stream()) {
        List<byte[]> soft = soft(frame);
        List<byte[]> made = kernel.of(frame, soft.size());
        int kind = frame.flags() & Offload.GSO_ANY;
        assertEquals(frame.plain().size(), soft.size());
        if (made == null && kind == Offload.GSO_USO) {
          continue;
        }
        assertTrue(made != null, () -> "the kernel refuses flags " + frame.flags());
        assertEquals(made.size(), soft.size(), () -> "frames, of flags " + frame.flags());
        for (int i = 0; i < soft.size(); i++) {
          assertArrayEquals(made.get(i), soft.get(i), "frame " + i + " of flags " + frame.flags());
        }
        kinds.add(kind);
      }
    }
    assertTrue(kinds.containsAll(List.of(0, Offload.GSO_TCP4, Offload.GSO_TCP6)), "kinds " + kinds);
    assumeTrue(kinds.contains(Offload.GSO_USO), "this kernel's TAP does not take USO frames");
  }

  @Test
  void tsharkFindsNoBadChecksum() throws Exception {
    assumeTrue(Files.isExecutable(TSHARK), "tshark is not installed");
    List<byte[]> frames = new ArrayList<>();
    stream().forEach(each -> frames.addAll(soft(each)));
    Path file = folder.resolve("segments.pcap");
    Files.write(file, capture(frames));
    String good = "(tcp.checksum.status == 1 || udp.checksum.status == 1)";
    assertEquals(frames.size(), count(file, good));
    assertEquals(
        0,
        count(
            file,
            "tcp.checksum.status == 0 || udp.checksum.status == 0 || ip.checksum.status == 0"
                + " || _ws.malformed"));
  }

  /** A file of libpcap's first format: link type Ethernet. */
  private static byte[] capture(List<byte[]> frames) {
    int bytes = frames.stream().mapToInt(each -> 16 + each.length).sum();
    ByteBuffer file = ByteBuffer.allocate(24 + bytes);
    file.putInt(0xA1B2C3D4).putShort((short) 2).putShort((short) 4);
    file.putInt(0).putInt(0).putInt(65_535).putInt(1);
    for (byte[] each : frames) {
      file.putInt(0).putInt(0).putInt(each.length).putInt(each.length).put(each);
    }
    return file.array();
  }

  private int count(Path file, String filter) throws Exception {
    Path output = folder.resolve("output");
    Process tshark =
        new ProcessBuilder(
                TSHARK.toString(),
                "-n",
                "-r",
                file.toString(),
                "-o",
                "tcp.check_checksum:TRUE",
                "-o",
                "udp.check_checksum:TRUE",
                "-o",
                "ip.check_checksum:TRUE",
                "-Y",
                filter)
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertTrue(tshark.waitFor(40, TimeUnit.SECONDS), "tshark does not end");
    } finally {
      tshark.destroyForcibly();
    }
    assertEquals(0, tshark.exitValue(), "tshark's exit value");
    try (var lines = Files.lines(output)) {
      return (int) lines.count();
    }
  }
}
