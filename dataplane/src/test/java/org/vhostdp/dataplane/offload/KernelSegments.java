package org.vhostdp.dataplane.offload;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Offload;

/**
 * Two TAPs on a bridge in a namespace of their own. What is written to the one with a struct
 * virtio_net_hdr comes out of the other, which declares no offload: the kernel completes and cuts
 * on the way. Source: linux/if_tun.h, linux/virtio_net.h.
 */
final class KernelSegments implements AutoCloseable {
  private static final int READ_WRITE_NON_BLOCKING = 02 | 04000;
  private static final long TUNSETIFF = 0x400454CAL;
  private static final int TAP = 0x0002;
  private static final int NO_PACKET_INFORMATION = 0x1000;
  private static final int VNET_HEADER = 0x4000;
  private static final int HEADER = 10;
  private static final int ADDRESSES = 12;
  private static final int MILLIS = 20_000;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment buffer = arena.allocate(70_000, 8);
  private final CallState calls = new CallState(arena);
  private final Poll poll = new Poll(1);
  private final Fd namespace;
  private Fd in;
  private Fd out;

  KernelSegments() throws Exception {
    namespace = Namespaces.create();
    try {
      Namespaces.in(namespace, this::wire);
    } catch (Exception failed) {
      close();
      throw failed;
    }
  }

  private Void wire() throws Exception {
    for (String each : List.of("all", "default")) {
      Path knob = Path.of("/proc/sys/net/ipv6/conf", each, "disable_ipv6");
      if (Files.exists(knob)) {
        Files.writeString(knob, "1");
      }
    }
    in = tap("in", TAP | NO_PACKET_INFORMATION | VNET_HEADER);
    out = tap("out", TAP | NO_PACKET_INFORMATION);
    try (Netlink netlink = Netlink.open()) {
      netlink.createBridge("bridge");
      for (String each : List.of("in", "out")) {
        netlink.enslave(each, "bridge");
        netlink.up(each, true);
      }
      netlink.up("bridge", true);
    }
    poll.set(0, out.raw(), Poll.IN);
    return null;
  }

  private Fd tap(String name, int flags) throws LinuxException {
    Fd fd = Io.open("/dev/net/tun", READ_WRITE_NON_BLOCKING, 0);
    MemorySegment request = arena.allocate(40, 8);
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, bytes.length);
    request.set(ValueLayout.JAVA_SHORT, 16, (short) flags);
    int result = Io.ioctl(calls, fd.raw(), TUNSETIFF, request);
    if (result < 0) {
      fd.close();
      throw new LinuxException("ioctl TUNSETIFF", name, -result);
    }
    return fd;
  }

  /**
   * The frames that the kernel makes of one.
   *
   * @param count how many are waited for
   * @return null if this kernel does not know the kind
   */
  List<byte[]> of(SoftTxBed.Asked frame, int count) throws IOException {
    byte[] header = header(frame);
    MemorySegment.copy(header, 0, buffer, ValueLayout.JAVA_BYTE, 0, HEADER);
    byte[] bytes = frame.bytes();
    MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, HEADER, bytes.length);
    long written = Io.write(calls, in.raw(), buffer, HEADER + (long) bytes.length);
    if (written == -Errno.EINVAL) {
      return null;
    }
    if (written < 0) {
      throw new LinuxException("write", "TAP", (int) -written);
    }
    List<byte[]> frames = new ArrayList<>();
    long end = System.nanoTime() + MILLIS * 1_000_000L;
    while (frames.size() < count && System.nanoTime() < end) {
      long read = Io.read(calls, out.raw(), buffer, buffer.byteSize());
      if (read <= 0) {
        poll.await(100);
        continue;
      }
      byte[] made = buffer.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE);
      // The kernel has frames of its own, such as membership reports.
      if (Arrays.equals(made, 0, ADDRESSES, bytes, 0, ADDRESSES)) {
        frames.add(made);
      }
    }
    return frames;
  }

  private static byte[] header(SoftTxBed.Asked frame) {
    int flags = frame.flags();
    int type =
        (flags & Offload.GSO_TCP4) != 0
            ? 1
            : (flags & Offload.GSO_TCP6) != 0 ? 4 : (flags & Offload.GSO_USO) != 0 ? 5 : 0;
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.nativeOrder());
    header.put((byte) ((flags & Offload.CSUM_PARTIAL) != 0 ? 1 : 0));
    header.put((byte) (type | ((flags & Offload.GSO_ECN) != 0 ? 0x80 : 0)));
    header.putShort((short) Offload.headerLength(frame.offload()));
    header.putShort((short) Offload.gsoSize(frame.offload()));
    header.putShort((short) Offload.csumStart(frame.offload()));
    header.putShort((short) Offload.csumOffset(frame.offload()));
    return header.array();
  }

  @Override
  public void close() {
    for (Fd each : new Fd[] {in, out, namespace}) {
      if (each != null) {
        each.close();
      }
    }
  }
}
