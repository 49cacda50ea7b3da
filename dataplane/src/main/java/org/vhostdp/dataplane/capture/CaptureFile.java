package org.vhostdp.dataplane.capture;

import java.lang.foreign.Arena;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.vhostdp.linux.LinuxException;

/**
 * A capture's file: an interface for each port, its frames, its statistics. The writer's thread.
 */
final class CaptureFile {
  /** Bytes gathered before they are written. */
  private static final int GATHERED = 128 * 1024;

  private final Outlet outlet;
  private final CaptureSpec spec;
  private final String program;
  private final PcapngBlocks blocks = new PcapngBlocks(Arena.ofAuto(), GATHERED);
  private final Map<String, Interface> interfaces = new LinkedHashMap<>();

  /** From {@link System#nanoTime} to nanoseconds since 1970. */
  private final long epoch;

  private final long start;
  private volatile long frames;
  private volatile long dropped;

  CaptureFile(Outlet outlet, CaptureSpec spec, String program) {
    this.outlet = outlet;
    this.spec = spec;
    this.program = program;
    Instant now = Instant.now();
    this.start = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    this.epoch = start - System.nanoTime();
  }

  void begin() throws LinuxException {
    blocks.section(program);
    flush();
  }

  /** Whether it has as many frames as it is to have. */
  boolean full() {
    return spec.count() > 0 && frames >= spec.count();
  }

  void describe(String port) {
    if (!interfaces.containsKey(port)) {
      interfaces.put(port, new Interface(interfaces.size()));
      blocks.describe(port, spec.snapLength());
    }
  }

  void write(CaptureRing ring, long at) throws LinuxException {
    Interface port = interfaces.get(ring.port);
    long drops = account(ring);
    blocks.packet(port.id, ring.time(at) + epoch, ring, at, drops, FrameNotes.of(ring, at));
    port.frames++;
    frames = frames + 1;
    if (blocks.size() >= GATHERED) {
      flush();
    }
  }

  /** Takes over what a ring dropped; returns how many since the last time. */
  long account(CaptureRing ring) {
    describe(ring.port);
    long total = ring.dropped();
    long more = total - ring.accounted;
    if (more > 0) {
      ring.accounted = total;
      interfaces.get(ring.port).dropped += more;
      dropped = dropped + more;
    }
    return more;
  }

  void flush() throws LinuxException {
    if (blocks.size() > 0) {
      outlet.write(blocks.memory(), blocks.size());
      blocks.clear();
    }
  }

  void end() throws LinuxException {
    long now = System.nanoTime() + epoch;
    for (Interface port : interfaces.values()) {
      blocks.statistics(port.id, start, now, port.frames + port.dropped, port.dropped);
    }
    flush();
  }

  /** Frames written. Any thread. */
  long frames() {
    return frames;
  }

  /** Frames that found no room. Any thread. */
  long dropped() {
    return dropped;
  }

  private static final class Interface {
    final int id;
    long frames;
    long dropped;

    Interface(int id) {
      this.id = id;
    }
  }
}
