package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;

/**
 * Transfers of a device that the IOMMU stopped, from the kernel's log (/dev/kmsg): VFIO itself does
 * not report them. The kernel limits how many it logs. One control thread at a time.
 *
 * <p>Reading the log takes root or CAP_SYSLOG where kernel.dmesg_restrict is set; without, nothing
 * is reported.
 */
public final class DmaFaults implements AutoCloseable {
  /** O_RDONLY | O_NONBLOCK of asm-generic/fcntl.h. */
  private static final int FLAGS = 04000;

  /** A record of the log is never longer (CONSOLE_EXT_LOG_MAX of the kernel's printk). */
  private static final int RECORD = 8192;

  /** Records read in one call at most, so that a flood of others does not hold a thread. */
  private static final int MOST = 1000;

  /** Intel: "DMAR: [DMA Read NO_PASID] Request device [00:04.0] fault addr 0x1000 ...". */
  private static final Pattern INTEL =
      Pattern.compile(
          "DMAR: \\[(.*?)\\] Request device \\[(?:0x)?([0-9a-f:.]+)\\].* fault addr"
              + " (?:0x)?([0-9a-f]+)");

  /** AMD: "... AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:04:00.0 ... address=0x1000 ...". */
  private static final Pattern AMD =
      Pattern.compile(
          "AMD-Vi: Event logged \\[(IO_PAGE_FAULT).*device=([0-9a-f:.]+).* address=0x([0-9a-f]+)");

  private final String address;
  private final Fd log;

  private DmaFaults(String address, Fd log) {
    this.address = address;
    this.log = log;
  }

  /**
   * Listens from now on.
   *
   * @param address the function's full address
   */
  public static DmaFaults of(String address) {
    return of(address, "/dev/kmsg");
  }

  static DmaFaults of(String address, String kmsg) {
    try {
      DmaFaults faults = new DmaFaults(address, Io.open(kmsg, FLAGS, 0));
      faults.skip();
      return faults;
    } catch (LinuxException notAllowed) {
      return new DmaFaults(address, null);
    }
  }

  /** What was logged before is somebody else's. */
  private void skip() {
    boolean more = log.isOpen();
    while (more) {
      more = read().skipped();
    }
  }

  /** Whether the log can be read. */
  public boolean listening() {
    return log != null;
  }

  /**
   * The next transfer that was stopped, as a sentence.
   *
   * @return null if there was none since the last call
   */
  public String next() {
    for (int i = 0; i < MOST; i++) {
      Message message = read();
      if (message.text() == null && !message.skipped()) {
        return null;
      }
      String fault = message.text() == null ? null : sentence(address, message.text());
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  /**
   * One record.
   *
   * @param text what it says, or null
   * @param skipped whether there may be more: a record was read, or some were lost
   */
  private record Message(String text, boolean skipped) {}

  private Message read() {
    if (log == null || !log.isOpen()) {
      return new Message(null, false);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment record = arena.allocate(RECORD);
      long length = Io.read(new CallState(arena), log.raw(), record, RECORD);
      if (length <= 0) {
        // EPIPE: the log was overwritten before it was read; the next read goes on behind the gap.
        return new Message(null, length == -Errno.EPIPE);
      }
      byte[] bytes = record.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      return new Message(new String(bytes, StandardCharsets.UTF_8), true);
    }
  }

  /** What a record says about a function, or null if it says nothing. */
  static String sentence(String address, String record) {
    for (Pattern pattern : new Pattern[] {INTEL, AMD}) {
      Matcher fault = pattern.matcher(record);
      if (fault.find() && names(fault.group(2), address)) {
        return "The IOMMU stopped a transfer of "
            + address
            + " at address 0x"
            + fault.group(3)
            + ", where it has no memory ("
            + fault.group(1)
            + ").";
      }
    }
    return null;
  }

  /** Intel's driver leaves the domain out. */
  private static boolean names(String logged, String address) {
    return address.equals(logged) || address.endsWith(":" + logged);
  }

  @Override
  public void close() {
    if (log != null) {
      log.close();
    }
  }
}
