# sources of libanalysis/report
