/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file syngan.h
 * Everything of libsyngan's C interface. Include this one, or the single
 * headers in `syngan/` that you use; each stands alone.
 *
 * libsyngan builds, trains, checkpoints and samples generative adversarial
 * networks on x86-64 CPUs. The parts, in the order that a program uses them:
 *
 *   base.h       context, status and error text, options, host hooks
 *   tensor.h     arrays of numbers, DLPack
 *   graph.h      nodes: arithmetic, reductions, gradients
 *   layers.h     nodes with parameters: dense, convolution, normalisation
 *   model.h      a named network with its parameters; inference, saving
 *   program.h    a compiled graph: run your own training scheme
 *   losses.h     nodes that training lowers
 *   optimizer.h  optimizers, schedules, moving averages
 *   data.h       datasets
 *   train.h      the GAN trainer, history, checkpoints
 *   image.h      grids of images as PNG
 *   files.h      tensors as NPY and IDX
 *   chart.h      curves as a picture
 *   table.h      tables: typed columns, CSV, Arrow, SQLite
 *   schema.h     schemas and conditions, built call by call
 *   synthesizer.h  learns a table, samples rows like its rows
 *   evaluate.h   how good a synthetic table is
 */
#ifndef SYNGAN_H
#define SYNGAN_H

#include <syngan/base.h>
#include <syngan/chart.h>
#include <syngan/data.h>
#include <syngan/evaluate.h>
#include <syngan/files.h>
#include <syngan/graph.h>
#include <syngan/image.h>
#include <syngan/layers.h>
#include <syngan/losses.h>
#include <syngan/model.h>
#include <syngan/optimizer.h>
#include <syngan/options.h>
#include <syngan/program.h>
#include <syngan/schema.h>
#include <syngan/synthesizer.h>
#include <syngan/table.h>
#include <syngan/tensor.h>
#include <syngan/train.h>

#endif
