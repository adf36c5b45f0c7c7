// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a subject beside which threads off the hot path run, the conductor's for one, which may
 * allocate.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface ControlPath {
    /** Whether what the benchmark's thread does is a result too, beside the frames of others. */
    boolean rate() default false;
}
