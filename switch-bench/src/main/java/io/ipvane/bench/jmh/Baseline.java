// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a benchmark that others of its class are compared with. Every other one is a subject. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Baseline {
    /** Names of the subjects. */
    String[] of();

    /** What it is, in a word or two: the title of its column. */
    String label();
}
