package org.vhostdp.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * What the JDK Flight Recorder saw of one back-end between two instants.
 *
 * @param events how often each kind of event happened that has no place in a steady state
 * @param stacks samples of the IO thread by stack, outermost method first, joined by ";"
 */
record Recording(Map<String, Long> events, Map<String, Long> stacks) {
  /** Events that a steady state must not show. */
  static final List<String> DISTURBANCES =
      List.of("jdk.Deoptimization", "jdk.SafepointBegin", "jdk.GarbageCollection");

  private static final String IO_THREAD = "io-";

  private static final List<String> SAMPLES = List.of("jdk.CPUTimeSample", "jdk.ExecutionSample");

  /** Reads a file. */
  static Recording read(Path file, Instant from, Instant to) throws IOException {
    Map<String, Long> events = new TreeMap<>();
    DISTURBANCES.forEach(name -> events.put(name, 0L));
    events.put("jdk.ObjectAllocationSample on the IO thread", 0L);
    Map<String, Long> stacks = new TreeMap<>();
    try (RecordingFile in = new RecordingFile(file)) {
      while (in.hasMoreEvents()) {
        RecordedEvent event = in.readEvent();
        if (event.getStartTime().isBefore(from) || event.getStartTime().isAfter(to)) {
          continue;
        }
        String name = event.getEventType().getName();
        if (DISTURBANCES.contains(name)) {
          events.merge(name, 1L, Long::sum);
        } else if (name.equals("jdk.ObjectAllocationSample") && onIoThread(event)) {
          events.merge(name + " on the IO thread", 1L, Long::sum);
        } else if (SAMPLES.contains(name) && onIoThread(event) && event.getStackTrace() != null) {
          stacks.merge(stack(event), 1L, Long::sum);
        }
      }
    }
    return new Recording(events, stacks);
  }

  private static boolean onIoThread(RecordedEvent event) {
    for (String field : List.of("sampledThread", "eventThread")) {
      if (event.hasField(field)) {
        RecordedThread thread = event.getThread(field);
        return thread != null
            && thread.getJavaName() != null
            && thread.getJavaName().startsWith(IO_THREAD);
      }
    }
    return false;
  }

  private static String stack(RecordedEvent event) {
    List<String> names = new ArrayList<>();
    for (RecordedFrame frame : event.getStackTrace().getFrames()) {
      RecordedMethod method = frame.getMethod();
      String type = method.getType().getName();
      names.addFirst(type.substring(type.lastIndexOf('.') + 1) + "." + method.getName());
    }
    return String.join(";", names);
  }
}
