package org.vhostdp.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import org.vhostdp.dataplane.io.IoThread;

/** The numbers of IO threads and of the Java virtual machine. */
final class ProcessNumbers {
  private static final double NANOS = 1e-9;

  /** Turns shorter than 2^8 ns are shown together, and so are those of 2^24 ns and more. */
  private static final int SHORTEST = 8;

  private static final int LONGEST = 24;

  private ProcessNumbers() {}

  static void of(IoThread thread, Families out) {
    Labels labels = Labels.of("thread", thread.name());
    long cpu = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.thread().threadId());
    out.counter(
        "vhost_dp_io_thread_cpu_seconds",
        "CPU time of an IO thread.",
        Math.max(cpu, thread.cpuNanos()) * NANOS,
        labels);
    out.counter(
        "vhost_dp_io_thread_busy_seconds",
        "Time of turns that had work; 0 without busy-time.",
        thread.busyNanos() * NANOS,
        labels);
    out.counter(
        "vhost_dp_io_thread_busy_turns", "Turns that had work.", thread.busyTurns(), labels);
    turns(thread, labels, out);
    out.counter("vhost_dp_io_thread_sleeps", "Times it slept.", thread.sleeps(), labels);
  }

  private static void turns(IoThread thread, Labels labels, Families out) {
    double[] bounds = new double[LONGEST - SHORTEST + 1];
    long[] counts = new long[bounds.length + 1];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = (1 << SHORTEST + i) * NANOS;
    }
    long[] turns = thread.turnHistogram();
    for (int i = 0; i < turns.length; i++) {
      // Entry i ends at 2^(i+1) ns.
      counts[Math.clamp(i + 1 - SHORTEST, 0, bounds.length)] += turns[i];
    }
    out.histogram(
        "vhost_dp_io_thread_turn_seconds",
        "Time of a turn that had work; counted with busy-time only.",
        bounds,
        counts,
        thread.busyNanos() * NANOS,
        labels);
  }

  static void machine(String version, Families out) {
    out.gauge(
        "vhost_dp_build_info",
        "1, with the versions of the program and of Java.",
        1,
        Labels.of("version", version, "java", Runtime.version().toString()));
    out.gauge(
        "process_start_time_seconds",
        "Start of the process, in seconds since 1970.",
        ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0,
        Labels.EMPTY);
    memory("heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage(), out);
    memory("nonheap", ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage(), out);
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      Labels labels = Labels.of("gc", gc.getName());
      out.counter("jvm_gc_collections", "Collections.", gc.getCollectionCount(), labels);
      out.counter(
          "jvm_gc_collection_seconds",
          "Time spent in collections.",
          gc.getCollectionTime() / 1000.0,
          labels);
    }
  }

  private static void memory(String area, MemoryUsage usage, Families out) {
    Labels labels = Labels.of("area", area);
    out.gauge("jvm_memory_used_bytes", "Memory in use.", usage.getUsed(), labels);
    out.gauge("jvm_memory_committed_bytes", "Memory taken.", usage.getCommitted(), labels);
  }
}
