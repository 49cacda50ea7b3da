package org.vhostdp.linux;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.vhostdp.linux.generated.Libc;

/**
 * One mmap(2) of whole pages. Owned by whoever made it; any thread may read and write the memory.
 *
 * <p>The segment checks bounds but not life: the hot path pays for no liveness test, and so the
 * owner must see to it that no thread touches the memory once {@link #close} was called.
 */
public final class Mapping implements AutoCloseable {
  /** Pages may be read; may be combined with {@link #WRITE}. */
  public static final int READ = 1;

  /** Pages may be written. */
  public static final int WRITE = 2;

  /** Bytes of the huge page that {@link #hugepages} uses. */
  static final long HUGE_PAGE = 2L << 20;

  private static final AtomicLong OPEN = new AtomicLong();

  private final MemorySegment segment;
  private final AtomicBoolean mapped = new AtomicBoolean(true);

  private Mapping(long address, long length) {
    // Address plus length come from a successful mmap, which is what makes this safe.
    segment = MemorySegment.ofAddress(address).reinterpret(length);
    OPEN.incrementAndGet();
  }

  /**
   * Maps a file, memfd or device, MAP_SHARED. The descriptor may be closed afterwards.
   *
   * @param offset bytes into the file, a multiple of the page size
   * @param length bytes, more than zero
   * @param protection {@link #READ}, {@link #WRITE} or both
   */
  public static Mapping shared(int fd, long offset, long length, int protection)
      throws LinuxException {
    return map("descriptor " + fd, length, protection, Libc.MAP_SHARED(), fd, offset);
  }

  /**
   * Private zeroed memory, readable and writable.
   *
   * @param length bytes, more than zero
   */
  public static Mapping anonymous(long length) throws LinuxException {
    int flags = Libc.MAP_PRIVATE() | Libc.MAP_ANONYMOUS();
    return map("memory", length, READ | WRITE, flags, -1, 0);
  }

  /**
   * Private zeroed memory in huge pages of 2 MiB, readable and writable.
   *
   * @param length bytes, a multiple of 2 MiB
   * @throws LinuxException ENOMEM if the kernel has too few free huge pages
   * @throws IllegalArgumentException if the length is no such multiple
   */
  public static Mapping hugepages(long length) throws LinuxException {
    if (length % HUGE_PAGE != 0) {
      throw new IllegalArgumentException(
          "Memory in huge pages comes in multiples of 2 MiB; " + length + " bytes are not.");
    }
    // MAP_HUGE_2MB (linux/mman.h): log2 of the page size from bit 26 on.
    int flags = Libc.MAP_PRIVATE() | Libc.MAP_ANONYMOUS() | Libc.MAP_HUGETLB() | 21 << 26;
    return map("huge pages", length, READ | WRITE, flags, -1, 0);
  }

  private static Mapping map(
      String object, long length, int protection, int flags, int fd, long offset)
      throws LinuxException {
    long result = MemoryCalls.mmap(CallState.ofThread(), length, protection, flags, fd, offset);
    if (result < 0) {
      int errno = (int) -result;
      String what = object + ", " + length + " bytes at offset " + offset;
      throw new LinuxException("mmap", what, errno, advice(errno, flags));
    }
    return new Mapping(result, length);
  }

  private static String advice(int errno, int flags) {
    if (errno == Errno.ENOMEM && (flags & Libc.MAP_HUGETLB()) != 0) {
      return "Reserve more huge pages (sysctl vm.nr_hugepages) or use ordinary memory.";
    }
    if (errno == Errno.EACCES) {
      return "The descriptor was not opened for the access asked for.";
    }
    return Errno.advice(errno);
  }

  /** Exactly {@link #length} bytes, in the global scope; not to be touched after {@link #close}. */
  public MemorySegment segment() {
    return segment;
  }

  /** Where the mapping starts in this process. */
  public long address() {
    return segment.address();
  }

  /** Its length in bytes. */
  public long length() {
    return segment.byteSize();
  }

  /** Unmaps; again does nothing. */
  @Override
  public void close() {
    if (mapped.compareAndSet(true, false)) {
      int result = MemoryCalls.munmap(CallState.ofThread(), segment.address(), segment.byteSize());
      if (result < 0) {
        throw new IllegalStateException("munmap failed: " + Errno.name(-result) + ".");
      }
      OPEN.decrementAndGet();
    }
  }

  /** How many mappings are open in this process now. */
  public static long openCount() {
    return OPEN.get();
  }
}
