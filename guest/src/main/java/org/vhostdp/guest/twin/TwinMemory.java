package org.vhostdp.guest.twin;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Memfd;

/**
 * The guest's physical memory: memfd regions at chosen guest physical and user addresses, and a
 * bump allocator over them. User addresses differ from guest physical ones and descend, as nothing
 * in the protocol lets a back-end rely on their order.
 *
 * <p>Set-up and allocation belong to one thread; {@link #at} may be called by any thread while no
 * region is added or removed. Segments must not be touched after {@link #close}.
 */
public final class TwinMemory implements AutoCloseable {
  /** Bytes at both ends of each region that the allocator leaves alone, for buffers across. */
  public static final long BORDER = 65536;

  private static final long PAGE = 4096;
  private static final long HUGE_PAGE = 2L << 20;
  private static final long TOP_USER_ADDRESS = 0x7f80_0000_0000L;
  private static final long USER_STRIDE = 0x10_0000_0000L;

  /** How regions lie in the guest physical address space. */
  public enum Layout {
    /** With a hole of 1 GiB between two regions. */
    HOLES,
    /** Each region begins where the one before ends, in a file of its own. */
    ADJACENT
  }

  /** Where a region is to lie; addresses and sizes in bytes, multiples of the page size. */
  public record Plan(long guestPhysical, long size, long userAddress, long fileOffset) {}

  private static final class Region {
    final RegionSpec spec;
    final Fd file;
    final Mapping mapping;
    final MemorySegment memory;
    final long first;
    final long limit;
    long next;

    Region(RegionSpec spec, Fd file, Mapping mapping, long border) {
      this.spec = spec;
      this.file = file;
      this.mapping = mapping;
      this.memory = mapping.segment();
      // Address 0 is legal, yet a null check in a device would hide there: leave the first page.
      this.first = Math.max(border, PAGE);
      this.limit = spec.size() - border;
      this.next = first;
    }

    boolean holds(long address, long length) {
      long offset = address - spec.guestPhysical();
      return offset >= 0 && length >= 0 && offset <= spec.size() - length;
    }
  }

  private final List<Region> regions = new ArrayList<>();
  private final boolean huge;
  private final long border;
  private boolean closed;

  private TwinMemory(boolean huge, long border) {
    this.huge = huge;
    this.border = border;
  }

  /** Memory of {@code bytes} in all, in so many equal regions with holes between them. */
  public static TwinMemory create(long bytes, int regions) throws IOException {
    return create(Layout.HOLES, bytes, regions);
  }

  /** Memory of {@code bytes} in all, in so many equal regions. */
  public static TwinMemory create(Layout layout, long bytes, int regions) throws IOException {
    long size = roundUp((bytes + regions - 1) / regions + (regions > 1 ? 2 * BORDER : PAGE), PAGE);
    return create(plan(layout, size, regions), false);
  }

  /** One region on huge pages of 2 MiB; fails with a sentence where none are reserved. */
  public static TwinMemory createHuge(long bytes) throws IOException {
    return create(plan(Layout.HOLES, roundUp(bytes + PAGE, HUGE_PAGE), 1), true);
  }

  /** Memory laid out as planned. */
  public static TwinMemory create(List<Plan> plans, boolean huge) throws IOException {
    TwinMemory memory = new TwinMemory(huge, plans.size() > 1 ? BORDER : 0);
    try {
      for (Plan plan : plans) {
        memory.add(plan);
      }
      return memory;
    } catch (IOException | RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  private static List<Plan> plan(Layout layout, long size, int regions) {
    List<Plan> plans = new ArrayList<>();
    long guest = 0;
    for (int i = 0; i < regions; i++) {
      long user = TOP_USER_ADDRESS - (i + 1) * USER_STRIDE;
      plans.add(new Plan(guest, size, user, i * BORDER));
      guest += size + (layout == Layout.HOLES ? 1L << 30 : 0);
    }
    return plans;
  }

  private static long roundUp(long value, long unit) {
    return (value + unit - 1) / unit * unit;
  }

  /** Creates and maps one more region; it is the caller's to announce it to the device. */
  public RegionSpec add(Plan plan) throws IOException {
    long fileSize = plan.fileOffset() + plan.size();
    Fd file =
        huge ? Memfd.createHuge("twin-memory", fileSize) : Memfd.create("twin-memory", fileSize);
    try {
      Mapping mapping =
          Mapping.shared(file.raw(), plan.fileOffset(), plan.size(), Mapping.READ | Mapping.WRITE);
      RegionSpec spec =
          new RegionSpec(
              plan.guestPhysical(), plan.size(), plan.userAddress(), plan.fileOffset(), file.raw());
      regions.add(new Region(spec, file, mapping, border));
      return spec;
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Unmaps a region. Nothing may use its addresses or segments any more. */
  public void remove(RegionSpec spec) {
    for (Region region : regions) {
      if (region.spec.equals(spec)) {
        regions.remove(region);
        region.mapping.close();
        region.file.close();
        return;
      }
    }
    throw new IllegalArgumentException("no such region: " + spec);
  }

  /** The regions as they are now, in the order they were added. */
  public List<RegionSpec> regions() {
    return regions.stream().map(region -> region.spec).toList();
  }

  /** Seals each file against shrinking and growing, as QEMU's memfd back-end does by default. */
  public void seal() throws IOException {
    for (Region region : regions) {
      Memfd.seal(region.file.raw(), Memfd.SEAL_SHRINK | Memfd.SEAL_GROW | Memfd.SEAL_SEAL);
    }
  }

  /**
   * Takes zeroed-at-creation memory inside one region; there is no freeing but {@link #reset}.
   *
   * @param align a power of two
   * @return guest physical address
   * @throws IllegalStateException when no region has room
   */
  public long allocate(long size, int align) {
    for (Region region : regions) {
      long start = (region.next + align - 1) & -(long) align;
      if (start + size <= region.limit) {
        region.next = start + size;
        return region.spec.guestPhysical() + start;
      }
    }
    throw new IllegalStateException("twin memory is full: " + size + " more bytes wanted");
  }

  /** Forgets every allocation; contents stay. Rings and buffers made before must not be used. */
  public void reset() {
    for (Region region : regions) {
      region.next = region.first;
    }
  }

  /**
   * Guest physical address of the boundary behind region {@code index}. The {@link #BORDER} bytes
   * on both sides are never allocated, so a test may lay a buffer across adjacent regions there.
   */
  public long boundary(int index) {
    RegionSpec spec = regions.get(index).spec;
    return spec.guestPhysical() + spec.size();
  }

  /** The bytes at a guest physical range, which must lie inside one region. */
  public MemorySegment at(long guestPhysical, long length) {
    Region region = find(guestPhysical, length);
    return region.memory.asSlice(guestPhysical - region.spec.guestPhysical(), length);
  }

  /** The front-end's own address of a guest physical one, as ring addresses are announced. */
  public long userAddress(long guestPhysical) {
    RegionSpec spec = find(guestPhysical, 1).spec;
    return guestPhysical - spec.guestPhysical() + spec.userAddress();
  }

  private Region find(long guestPhysical, long length) {
    for (Region region : regions) {
      if (region.holds(guestPhysical, length)) {
        return region;
      }
    }
    throw new IllegalArgumentException(
        "guest range 0x%x + %d is not inside one region".formatted(guestPhysical, length));
  }

  /** Writes bytes to guest memory, across adjacent regions too. */
  public void write(long guestPhysical, byte[] data) {
    for (int done = 0; done < data.length; ) {
      int n = contiguous(guestPhysical + done, data.length - done);
      MemorySegment.copy(MemorySegment.ofArray(data), done, at(guestPhysical + done, n), 0, n);
      done += n;
    }
  }

  /** Reads bytes from guest memory, across adjacent regions too. */
  public byte[] read(long guestPhysical, int length) {
    byte[] data = new byte[length];
    for (int done = 0; done < length; ) {
      int n = contiguous(guestPhysical + done, length - done);
      MemorySegment.copy(at(guestPhysical + done, n), 0, MemorySegment.ofArray(data), done, n);
      done += n;
    }
    return data;
  }

  private int contiguous(long guestPhysical, int wanted) {
    RegionSpec spec = find(guestPhysical, 1).spec;
    return (int) Math.min(wanted, spec.guestPhysical() + spec.size() - guestPhysical);
  }

  /** Unmaps and closes everything. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      for (Region region : regions) {
        region.mapping.close();
        region.file.close();
      }
      regions.clear();
    }
  }
}
