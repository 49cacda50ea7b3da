package org.vhostdp.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.__user_cap_data_struct;
import org.vhostdp.linux.generated.__user_cap_header_struct;

/**
 * The special rights of capabilities(7), for least privilege. Linux keeps them per thread: a thread
 * starts with those of the thread that started it, and no thread can take any from another.
 */
public final class Capability {
  /** Configure networks: TAP devices, interfaces, addresses. */
  public static final int CAP_NET_ADMIN = 12;

  /** Open raw and packet sockets. */
  public static final int CAP_NET_RAW = 13;

  /** Lock memory beyond the limit. */
  public static final int CAP_IPC_LOCK = 14;

  /** Enter and make network namespaces, among much else. */
  public static final int CAP_SYS_ADMIN = 21;

  /** Real-time priorities and affinity of other processes. */
  public static final int CAP_SYS_NICE = 23;

  private static final String[] NAMES =
      """
      CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID
      CAP_SETUID CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST
      CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO
      CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE
      CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE
      CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM
      CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE
      """
          .trim()
          .split("\\s+");

  /** Version 3 of the call takes 64 bits as two structs of 32. */
  private static final int WORDS = 2;

  private Capability() {}

  /** Whether the calling thread has the capability in effect. */
  public static boolean has(int capability) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = read(arena);
      long offset = word(capability) + __user_cap_data_struct.effective$offset();
      return (data.get(JAVA_INT, offset) & 1 << capability) != 0;
    } catch (LinuxException unknown) {
      throw new IllegalStateException(unknown.getMessage(), unknown);
    }
  }

  /** The name, e.g. {@code CAP_NET_ADMIN}; {@code "capability 99"} for an unknown number. */
  public static String name(int c) {
    return c >= 0 && c < NAMES.length ? NAMES[c] : "capability " + c;
  }

  /**
   * Gives up every capability but those given; ones the thread does not have stay absent.
   *
   * <p>Exactly this happens to the calling thread and to all threads it starts afterwards: the
   * effective and permitted sets shrink to the given ones, the inheritable and ambient sets become
   * empty, and no_new_privs is set, so that no program they start gains rights by its file. It
   * cannot be undone. Threads that run already keep theirs, those of the Java virtual machine
   * (garbage collection, compilation) among them; call it in main before any other thread is
   * started. Where those must be without rights too, start the process with fewer ones (systemd's
   * CapabilityBoundingSet=, setpriv).
   *
   * @param capabilities {@code CAP_*} numbers
   */
  public static void keepOnly(int... capabilities) throws LinuxException {
    CallState s = CallState.ofThread();
    int result = PrivilegeCalls.prctl(s, Libc.PR_CAP_AMBIENT(), Libc.PR_CAP_AMBIENT_CLEAR_ALL(), 0);
    // EINVAL: a kernel before 4.3 has no ambient set, so there is nothing to clear.
    if (result != -Errno.EINVAL) {
      check("prctl PR_CAP_AMBIENT_CLEAR_ALL", result);
    }
    check("prctl PR_SET_NO_NEW_PRIVS", PrivilegeCalls.prctl(s, Libc.PR_SET_NO_NEW_PRIVS(), 1, 0));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = read(arena);
      for (int i = 0; i < WORDS; i++) {
        MemorySegment word = __user_cap_data_struct.asSlice(data, i);
        int kept = __user_cap_data_struct.permitted(word) & mask(capabilities, i);
        __user_cap_data_struct.effective(word, kept);
        __user_cap_data_struct.permitted(word, kept);
        __user_cap_data_struct.inheritable(word, 0);
      }
      check("capset", PrivilegeCalls.capset(s, header(arena), data));
    }
  }

  private static int mask(int[] capabilities, int word) {
    int mask = 0;
    for (int capability : capabilities) {
      mask |= capability / Integer.SIZE == word ? 1 << capability : 0;
    }
    return mask;
  }

  private static long word(int capability) {
    if (capability < 0 || capability >= WORDS * Integer.SIZE) {
      throw new IllegalArgumentException("There is no capability " + capability + ".");
    }
    return capability / Integer.SIZE * __user_cap_data_struct.sizeof();
  }

  private static MemorySegment read(Arena arena) throws LinuxException {
    MemorySegment data = __user_cap_data_struct.allocateArray(WORDS, arena);
    check("capget", PrivilegeCalls.capget(CallState.ofThread(), header(arena), data));
    return data;
  }

  private static MemorySegment header(Arena arena) {
    MemorySegment header = __user_cap_header_struct.allocate(arena);
    __user_cap_header_struct.version(header, Libc._LINUX_CAPABILITY_VERSION_3());
    return header;
  }

  private static void check(String call, int result) throws LinuxException {
    if (result < 0) {
      throw new LinuxException(call, "this thread", -result);
    }
  }
}
