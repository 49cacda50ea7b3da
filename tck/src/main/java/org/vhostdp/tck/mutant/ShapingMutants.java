package org.vhostdp.tck.mutant;

import java.util.List;
import java.util.Optional;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.Shaping;
import org.vhostdp.tck.rules.Marks;

/** Limits that do not hold, or hold where they should not. */
final class ShapingMutants {
  private ShapingMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        shapes(
            "QOS-1",
            "lets a quarter more pass",
            "a rate is off by more than 5%",
            (sound, direction, queue, rate, burst) ->
                sound.limit(
                    direction, queue, rate == Marks.CAPPED_RATE ? rate + rate / 4 : rate, burst)),
        shapes(
            "QOS-2",
            "limits all queues where one was named",
            "queue 0 was limited, and queue 1 took only",
            (sound, direction, queue, rate, burst) ->
                sound.limit(direction, burst == Marks.FAIR_BURST ? -1 : queue, rate, burst)),
        shapes(
            "QOS-3",
            "lets a larger burst pass",
            "bytes at once with a burst of",
            (sound, direction, queue, rate, burst) ->
                sound.limit(direction, queue, rate, burst == Marks.BURST ? 4 * burst : burst)),
        shapes(
            "QOS-4",
            "keeps a limit that was removed",
            "the limit was removed, and",
            (sound, direction, queue, rate, burst) -> {
              if (rate != 0 || direction > 1 || queue > 0) {
                sound.limit(direction, queue, rate, burst);
              }
            }));
  }

  private interface Limit {
    void set(Shaping sound, int direction, int queue, long rate, long burst) throws DriverException;
  }

  private static Mutant shapes(String rule, String name, String says, Limit limit) {
    return new Mutant(rule, name, says, Wraps.ports(sound -> new Shaped(sound, limit)));
  }

  /** A port whose limits are set otherwise. */
  private static final class Shaped extends SamePort {
    private final Limit limit;

    Shaped(Port port, Limit limit) {
      super(port);
      this.limit = limit;
    }

    @Override
    public <F> Optional<F> facet(Class<F> type) {
      return type == Shaping.class
          ? port.facet(Shaping.class).map(this::shaping).map(type::cast)
          : super.facet(type);
    }

    private Shaping shaping(Shaping sound) {
      return new Shaping() {
        @Override
        public boolean supports(int direction) {
          return sound.supports(direction);
        }

        @Override
        public void limit(int direction, int queue, long rate, long burst) throws DriverException {
          limit.set(sound, direction, queue, rate, burst);
        }
      };
    }
  }
}
