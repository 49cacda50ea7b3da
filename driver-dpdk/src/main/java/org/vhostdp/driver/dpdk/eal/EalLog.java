package org.vhostdp.driver.dpdk.eal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;

/**
 * DPDK's log, caught in a pipe before it reaches the process's standard output and error, and read
 * by control threads. The pipe does not block: what comes while it is full is lost.
 *
 * <p>EAL prints a few things past its log, by the C library's {@code stdout} and {@code stderr}.
 * These two variables point to the pipe as well while EAL starts. Java does not use them.
 */
public final class EalLog {
  private static final String READ_END = "log";
  private static final String STREAM = "log-stream";
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int LINE_BUFFERED = 1;
  private static final int LINE_BYTES = 4096;
  private static final int MOST_TOLD = 3;

  private EalLog() {}

  /** Sends DPDK's log into a pipe, once in a process. Caller holds {@link ProcessState}. */
  static void open() throws LinuxException {
    Map<String, Object> state = ProcessState.map();
    if (state.containsKey(STREAM)) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
      int failed =
          (int)
              call(
                  "pipe2",
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                  ends,
                  O_NONBLOCK | O_CLOEXEC);
      if (failed != 0) {
        throw new LinuxException("pipe2", "DPDK's log", Errno.EMFILE);
      }
      MemorySegment stream =
          (MemorySegment)
              call(
                  "fdopen",
                  FunctionDescriptor.of(
                      ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS),
                  ends.getAtIndex(ValueLayout.JAVA_INT, 1),
                  arena.allocateFrom("w"));
      int buffered =
          (int)
              call(
                  "setvbuf",
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT,
                      ValueLayout.ADDRESS,
                      ValueLayout.ADDRESS,
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_LONG),
                  stream,
                  MemorySegment.NULL,
                  LINE_BUFFERED,
                  (long) LINE_BYTES);
      if (stream.address() == 0 || buffered != 0 || Dpdk.rte_openlog_stream(stream) != 0) {
        throw new LinuxException("fdopen", "DPDK's log", Errno.ENOMEM);
      }
      state.put(READ_END, ends.getAtIndex(ValueLayout.JAVA_INT, 0));
      state.put(STREAM, stream.address());
    }
  }

  private static Object call(String name, FunctionDescriptor shape, Object... arguments) {
    Linker linker = Linker.nativeLinker();
    MethodHandle handle = linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape);
    try {
      return handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(name + " cannot be called: " + e.getMessage(), e);
    }
  }

  /** The pipe as the C library has it, a FILE pointer. Caller holds {@link ProcessState}. */
  static long stream() {
    return (long) ProcessState.map().get(STREAM);
  }

  /** Runs with the C library's standard output and error in the pipe. */
  static void quietly(long stream, Runnable start) {
    MemorySegment out = standard("stdout");
    MemorySegment error = standard("stderr");
    long formerOut = out.get(ValueLayout.JAVA_LONG, 0);
    long formerError = error.get(ValueLayout.JAVA_LONG, 0);
    out.set(ValueLayout.JAVA_LONG, 0, stream);
    error.set(ValueLayout.JAVA_LONG, 0, stream);
    try {
      start.run();
    } finally {
      out.set(ValueLayout.JAVA_LONG, 0, formerOut);
      error.set(ValueLayout.JAVA_LONG, 0, formerError);
    }
  }

  /** A variable of the C library that holds a FILE pointer. */
  private static MemorySegment standard(String name) {
    return Linker.nativeLinker()
        .defaultLookup()
        .findOrThrow(name)
        .reinterpret(ValueLayout.ADDRESS.byteSize());
  }

  /** What was logged since the last call, a line each; control threads. */
  public static List<String> drain() {
    Map<String, Object> state = ProcessState.map();
    synchronized (state) {
      Integer end = (Integer) state.get(READ_END);
      return end == null ? new ArrayList<>() : lines(end);
    }
  }

  private static List<String> lines(int fd) {
    StringBuilder text = new StringBuilder();
    try (Arena arena = Arena.ofConfined()) {
      CallState call = new CallState(arena);
      MemorySegment buffer = arena.allocate(LINE_BYTES);
      long read = Io.read(call, fd, buffer, LINE_BYTES);
      while (read > 0) {
        byte[] bytes = buffer.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE);
        text.append(new String(bytes, StandardCharsets.UTF_8));
        read = Io.read(call, fd, buffer, LINE_BYTES);
      }
    }
    List<String> lines = new ArrayList<>();
    for (String line : text.toString().split("\n")) {
      if (!line.isBlank()) {
        lines.add(line.strip());
      }
    }
    return lines;
  }

  /** The last lines that were logged, in one: what a failure's sentence quotes. */
  public static String last() {
    List<String> lines = drain();
    // Messages name who speaks; the usage, which EAL prints where it understands an argument not,
    // has no such lines but its first.
    lines.removeIf(line -> !line.matches("\\S+: .*") || line.startsWith("Usage: "));
    List<String> told = lines.subList(Math.max(0, lines.size() - MOST_TOLD), lines.size());
    String text = String.join("; ", told).replace('"', '\'').strip();
    return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
  }
}
