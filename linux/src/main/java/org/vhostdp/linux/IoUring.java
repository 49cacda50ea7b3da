package org.vhostdp.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.io_cqring_offsets;
import org.vhostdp.linux.generated.io_sqring_offsets;
import org.vhostdp.linux.generated.io_uring_cqe;
import org.vhostdp.linux.generated.io_uring_params;

/**
 * Many reads and writes by one system call: io_uring(7).
 *
 * <p>Each request carries RWF_NOWAIT. The kernel works such requests off in the order in which they
 * were prepared, and answers -EAGAIN instead of waiting, and -EOPNOTSUPP if the file cannot promise
 * not to wait. So nothing is in flight once {@link #submitAndWait} has returned, and the memory
 * that the requests named is the caller's again. In a file that has positions, requests work from
 * its start.
 *
 * <p>Hot path: no allocation. One thread at a time, not always the same one. {@link #close} while
 * nobody uses it.
 *
 * <p>Source: linux/io_uring.h.
 */
public final class IoUring implements AutoCloseable {
  // struct io_uring_sqe: bytes of an entry, and where its fields are.
  private static final long ENTRY = 64;
  private static final long OPCODE_TO_FD = 0;
  private static final long ADDRESS = 16;
  private static final long LENGTH_AND_FLAGS = 24;
  private static final long USER_DATA = 32;

  private static final VarHandle INDEX = JAVA_INT.varHandle();

  private final CallState state = new CallState(Arena.ofAuto());
  private final Fd fd;
  private final Mapping rings;
  private final Mapping entries;
  private final MemorySegment ring;
  private final MemorySegment entry;
  private final int size;
  private final int completionMask;
  private final long submissionTailAt;
  private final long completionHeadAt;
  private final long completionTailAt;
  private final long completionsAt;
  private int submissionTail;
  private int prepared;
  private int completionHead;
  private long userData;
  private int result;

  private IoUring(Fd fd, Mapping rings, Mapping entries, MemorySegment params) {
    this.fd = fd;
    this.rings = rings;
    this.entries = entries;
    ring = rings.segment();
    entry = entries.segment();
    size = io_uring_params.sq_entries(params);
    completionMask = io_uring_params.cq_entries(params) - 1;
    MemorySegment submission = io_uring_params.sq_off(params);
    MemorySegment completion = io_uring_params.cq_off(params);
    submissionTailAt = at(io_sqring_offsets.tail(submission));
    completionHeadAt = at(io_cqring_offsets.head(completion));
    completionTailAt = at(io_cqring_offsets.tail(completion));
    completionsAt = at(io_cqring_offsets.cqes(completion));
    long array = at(io_sqring_offsets.array(submission));
    // Entries are used in turn, so the ring of their numbers never changes.
    for (int i = 0; i < size; i++) {
      ring.set(JAVA_INT, array + 4L * i, i);
    }
  }

  private static long at(int offset) {
    return Integer.toUnsignedLong(offset);
  }

  /**
   * Makes a ring.
   *
   * @param entries most requests of one submission, rounded up to a power of two
   * @throws LinuxException if the kernel has no io_uring, is too old, or does not allow it; with
   *     advice
   */
  public static IoUring create(int entries) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment params = io_uring_params.allocate(arena);
      // One request that cannot be prepared does not keep those after it from being looked at.
      io_uring_params.flags(params, Libc.IORING_SETUP_SUBMIT_ALL());
      int fd = UringCalls.setup(CallState.ofThread(), entries, params);
      if (fd < 0) {
        throw new LinuxException("io_uring_setup", "", -fd, advice(-fd));
      }
      return map(Fd.of(fd), params);
    }
  }

  private static String advice(int errno) {
    return switch (errno) {
      case Errno.ENOSYS -> "This kernel has no io_uring, or a seccomp filter hides it.";
      case Errno.EPERM, Errno.EACCES ->
          "The sysctl kernel.io_uring_disabled or a seccomp filter, which many containers have,"
              + " forbids io_uring: allow it there.";
      case Errno.EINVAL -> "The kernel is too old: use Linux 5.18 or newer.";
      default -> Errno.advice(errno);
    };
  }

  private static IoUring map(Fd fd, MemorySegment params) throws LinuxException {
    Mapping rings = null;
    try {
      if ((io_uring_params.features(params) & Libc.IORING_FEAT_SINGLE_MMAP()) == 0) {
        throw new LinuxException("io_uring_setup", "", Errno.EINVAL, advice(Errno.EINVAL));
      }
      long submissions =
          at(io_sqring_offsets.array(io_uring_params.sq_off(params)))
              + 4L * io_uring_params.sq_entries(params);
      long completions =
          at(io_cqring_offsets.cqes(io_uring_params.cq_off(params)))
              + io_uring_cqe.sizeof() * io_uring_params.cq_entries(params);
      int access = Mapping.READ | Mapping.WRITE;
      long length = Math.max(submissions, completions);
      rings = Mapping.shared(fd.raw(), Libc.IORING_OFF_SQ_RING(), length, access);
      length = ENTRY * io_uring_params.sq_entries(params);
      Mapping entries = Mapping.shared(fd.raw(), Libc.IORING_OFF_SQES(), length, access);
      return new IoUring(fd, rings, entries, params);
    } catch (LinuxException e) {
      if (rings != null) {
        rings.close();
      }
      fd.close();
      throw e;
    }
  }

  /**
   * Adds a writev(2) to the next submission. The memory stays the kernel's until that returns.
   *
   * @param iovecs address of {@code count} times {u64 address, u64 length in bytes}; the caller
   *     vouches for all of them
   * @param userData what {@link #userData} returns for it
   * @throws IllegalStateException if the ring is full
   */
  public void prepareWritev(int fd, long iovecs, int count, long userData) {
    prepare(Libc.IORING_OP_WRITEV(), fd, iovecs, count, userData);
  }

  /** Adds a readv(2), with the conditions of {@link #prepareWritev}. */
  public void prepareReadv(int fd, long iovecs, int count, long userData) {
    prepare(Libc.IORING_OP_READV(), fd, iovecs, count, userData);
  }

  private void prepare(int opcode, int fd, long iovecs, int count, long data) {
    if (prepared == size) {
      throw new IllegalStateException("A submission has at most " + size + " requests.");
    }
    // All other fields of an entry were zero when it was mapped and stay so.
    long at = (submissionTail + prepared++ & size - 1) * ENTRY;
    entry.set(JAVA_LONG, at + OPCODE_TO_FD, opcode | (long) fd << 32);
    entry.set(JAVA_LONG, at + ADDRESS, iovecs);
    entry.set(JAVA_LONG, at + LENGTH_AND_FLAGS, count | (long) Libc.RWF_NOWAIT() << 32);
    entry.set(JAVA_LONG, at + USER_DATA, data);
  }

  /**
   * Has the kernel work off what was prepared, and waits until it has. Their completions can be
   * read afterwards, and must all be read before the next submission.
   *
   * @return how many requests the kernel took, the first ones; or -errno if it took none. The
   *     others are forgotten
   * @throws IllegalStateException if completions of the last submission were not read
   */
  public int submitAndWait() {
    if (completionHead != (int) INDEX.getAcquire(ring, completionTailAt)) {
      throw new IllegalStateException("Completions of the last submission were not read.");
    }
    int wanted = prepared;
    int start = submissionTail;
    prepared = 0;
    // Release: the entries are in memory before the tail that covers them.
    INDEX.setRelease(ring, submissionTailAt, start + wanted);
    int taken = 0;
    int error = 0;
    while (taken < wanted && error == 0) {
      int n = enter(wanted - taken, wanted);
      taken += Math.max(n, 0);
      error = n == -Errno.EINTR ? 0 : n == 0 ? -Errno.EAGAIN : Math.min(n, 0);
    }
    submissionTail = start + taken;
    if (taken < wanted) {
      // The kernel looks at the tail in the call only, so what it left can be taken back.
      INDEX.setRelease(ring, submissionTailAt, submissionTail);
    }
    await(taken);
    return taken > 0 ? taken : error;
  }

  /** The caller may free its memory afterwards, so nothing but completion ends this. */
  private void await(int count) {
    while ((int) INDEX.getAcquire(ring, completionTailAt) - completionHead < count) {
      int n = enter(0, count);
      if (n < 0 && n != -Errno.EINTR) {
        throw new IllegalStateException("io_uring_enter failed: " + Errno.name(-n) + ".");
      }
    }
  }

  private int enter(int submit, int complete) {
    return UringCalls.enter(state, fd.raw(), submit, complete, Libc.IORING_ENTER_GETEVENTS());
  }

  /** Goes to the next completion; false if there is none. Requests complete in their order. */
  public boolean next() {
    // Acquire: the completion is read after the tail that covers it.
    if (completionHead == (int) INDEX.getAcquire(ring, completionTailAt)) {
      return false;
    }
    long at = completionsAt + (completionHead & completionMask) * io_uring_cqe.sizeof();
    userData = ring.get(JAVA_LONG, at + io_uring_cqe.user_data$offset());
    result = ring.get(JAVA_INT, at + io_uring_cqe.res$offset());
    // Release: the completion is read before the kernel may write over it.
    INDEX.setRelease(ring, completionHeadAt, ++completionHead);
    return true;
  }

  /** The number that the request was prepared with. */
  public long userData() {
    return userData;
  }

  /** Bytes read or written, or -errno. */
  public int result() {
    return result;
  }

  /** Unmaps the rings and closes the descriptor; again does nothing. */
  @Override
  public void close() {
    entries.close();
    rings.close();
    fd.close();
  }
}
